import { errorCatalogue } from '../../contracts/errors.ts';
import type { Refusal } from './route.ts';

/** What a refusal looks like on the wire. `status` overrides the catalogue's (OCTO answers 400 to nearly all). */
export interface FormattedRefusal {
  readonly status?: number;
  readonly body: unknown;
  readonly contentType?: string;
}

/** How an API tells its refusals: as problem+json, or in the shape that its standard prescribes. */
export type ErrorFormat = 'problem' | ((refusal: Refusal, status: number, correlationId: string) => FormattedRefusal);

/** A refusal as RFC 9457 problem details: the members of the RFC, then `code`, `field`, `correlationId` and its extensions. */
export const problemOf = (refusal: Refusal, status: number, correlationId: string): FormattedRefusal => ({
  status,
  contentType: 'application/problem+json',
  body: {
    ...refusal.extensions,
    type: `/problems/${refusal.refused}`,
    title: errorCatalogue[refusal.refused].title,
    status,
    detail: refusal.detail,
    code: refusal.refused,
    ...(refusal.field === undefined ? {} : { field: refusal.field }),
    correlationId,
  },
});

export const isRefusal = (value: object): value is Refusal => 'refused' in value;
