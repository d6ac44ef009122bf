import { isRejection, type Rejection } from '../../contracts/decider.ts';
import { type Refusal, type Reply, refuse } from '../../infra/http/route.ts';
import type { Handled } from './handle.ts';

/** Header in which a command answers how far a view must be to show it; a query takes it as `X-Read-After`. */
export const CONSISTENCY_TOKEN = 'X-Consistency-Token';

/** The answer to a command's request: a refusal as it is, or `reply` of the answer with the consistency token. */
export const replyTo = <R>(outcome: Handled<R> | Rejection, reply: (answer: R) => Reply): Reply | Refusal => {
  if (isRejection(outcome)) return refuse(outcome.rejected, outcome.detail, outcome.field);
  const { status, body, headers } = reply(outcome.answer);
  return {
    ...(status === undefined ? {} : { status }),
    body,
    headers: { ...headers, [CONSISTENCY_TOKEN]: String(outcome.position) },
  };
};
