import { z } from 'zod';
import type { Route } from './route.ts';

/**
 * How an answer departs from what its route declares; empty where it conforms. Production does not check its answers:
 * tests hang this into `onReply`.
 */
export const departuresFromContract = (route: Route, status: number, body: unknown): readonly string[] => {
  const where = `${route.operationId} ${status}`;
  const declared = route.responses[status];
  if (declared === undefined) return [`${where}: the status is not declared`];
  const { schema, contentType = 'application/json', alternatives } = declared;
  if (schema === undefined) return [];
  const isText = typeof body === 'string' && (alternatives !== undefined || contentType !== 'application/json');
  const sent = isText ? body : typeof body === 'string' ? JSON.parse(body) : JSON.parse(JSON.stringify(body ?? null));
  const parsed = (isText && alternatives !== undefined ? z.union(Object.values(alternatives)) : schema).safeParse(sent);
  if (parsed.success) return [];
  return parsed.error.issues.map((issue) => `${where}: ${issue.path.join('.') || 'body'}: ${issue.message}`);
};

/** For `onReply`: throws where an answer departs from its route, so that the request fails and the test sees why. */
export const mustConform = (route: Route, status: number, body: unknown): void => {
  const departures = departuresFromContract(route, status, body);
  if (departures.length > 0) throw new Error(departures.join('\n'));
};
