import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { z } from 'zod';
import type { Principal } from '../../contracts/policy.ts';
import type { Documents } from '../../infra/documents/documents.ts';
import { openDocuments } from '../../infra/documents/open-documents.ts';
import type { EventStore } from '../../infra/event-store/event-store.ts';
import { openEventStore } from '../../infra/event-store/open-event-store.ts';
import { createApi } from '../../infra/http/api.ts';
import { mustConform } from '../../infra/http/conformance.ts';
import { startServer } from '../../infra/http/server.ts';

import { openSearch } from '../../infra/search/open-search.ts';
import type { Search } from '../../infra/search/search.ts';
import { createLogger } from '../../infra/telemetry/logger.ts';
import { allProjections } from '../../projections/all-projections.ts';
import { LiveViewsState } from '../../projections/runner/live-views-state.ts';
import { queryRoutes } from '../../query-side/query-routes.ts';
import type { QueryDeps } from '../../query-side/reading/query-deps.ts';

/** Who asks, by what stands behind `Bearer `. */
export const callers = {
  owner: { tenant: 'acme', actor: 'user:owner', roles: ['owner'], channel: 'direct' },
  sales: { tenant: 'acme', actor: 'user:sales', roles: ['sales'], channel: 'direct' },
  analyst: { tenant: 'acme', actor: 'user:analyst', roles: ['analyst'], channel: 'direct' },
  reseller: { tenant: 'acme', actor: 'api-key:r1', roles: ['reseller'], channel: 'viator' },
  otherReseller: { tenant: 'acme', actor: 'api-key:r2', roles: ['reseller'], channel: 'gyg' },
  traveller: { tenant: 'acme', actor: 'api-key:t1', roles: ['traveller'], channel: 'web' },
  stranger: { tenant: 'globex', actor: 'user:stranger', roles: ['owner'], channel: 'direct' },
} as const satisfies Readonly<Record<string, Principal>>;
export type Caller = keyof typeof callers;

export const NOW = '2026-06-15T12:00:00.000Z';

interface Item extends Readonly<Record<string, unknown>> {
  readonly id: string;
}

/** What the tests look at in an answer; which of it is there depends on the route. */
export interface Body extends Readonly<Record<string, unknown>> {
  readonly code: string;
  readonly field: string;
  readonly next: string | null;
  readonly items: readonly Item[];
  readonly days: readonly { readonly localDate: string; readonly departures: readonly Item[] }[];
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly totals: readonly Readonly<Record<string, unknown>>[];
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Body;
}

export interface QueryApi {
  readonly documents: Documents;
  readonly search: Search;
  readonly eventStore: EventStore;
  readonly liveViews: LiveViewsState;
  /** Stores documents of a view, `name` or `name/rollup`, under their own ids or these. */
  put(viewName: string, ...documents: readonly object[]): Promise<void>;
  get(path: string, caller?: Caller, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  post(path: string, body: object, caller?: Caller): Promise<Answer>;
  close(): Promise<void>;
}

/** The query API over HTTP on the embedded engines, in a folder of its own. Every answer is held against its schema. */
export const startQueryApi = async (overrides: Partial<QueryDeps> = {}): Promise<QueryApi> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'query-side-'));
  const documents = await openDocuments({ dataDir });
  const search = await openSearch({ dataDir });
  const eventStore = await openEventStore({ dataDir });
  const liveViews = new LiveViewsState(allProjections);
  const collectionOf = (name: string): string => {
    const [viewName = '', rollup] = name.split('/');
    return rollup === undefined ? liveViews.collection(viewName) : liveViews.rollup(viewName, rollup);
  };
  for (const { name, indexes, rollups = [], search: searched } of allProjections) {
    await documents.ensure({ name: liveViews.collection(name), indexes });
    for (const rollup of rollups)
      await documents.ensure({ name: liveViews.rollup(name, rollup.collection), indexes: rollup.indexes });
    if (searched !== undefined) await search.ensure({ ...searched.schema, name: liveViews.index(name) });
  }
  const deps: QueryDeps = { documents, search, eventStore, liveViews, clock: () => NOW, ...overrides };
  const api = createApi({
    routes: queryRoutes(deps),
    authenticate: async (authorization) => callers[authorization?.slice('Bearer '.length) as Caller],
    logger: createLogger('error'),
    onReply: (route, status, body) => {
      mustConform(route, status, body);
      const { schema } = route.responses[status] ?? {};
      if (schema !== undefined && typeof body === 'object') expectConforms(schema, body);
    },
  });
  const server = await startServer(api.callback(), '127.0.0.1', 0);
  let ids = 0;
  return {
    documents,
    search,
    eventStore,
    liveViews,
    put: (viewName, ...items) =>
      documents.commit(
        items.map((put) => ({
          collection: collectionOf(viewName),
          id: 'id' in put ? String(put.id) : `cell-${ids++}`,
          put: { ...put },
        })),
      ),
    get: (path, caller = 'owner', headers = {}) =>
      answerOf(path.startsWith('http') ? path : `${server.url}${path}`, {
        headers: { authorization: `Bearer ${caller}`, ...headers },
      }),
    post: (path, body, caller = 'owner') =>
      answerOf(`${server.url}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${caller}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    close: async () => {
      await server.close(100);
      await Promise.all([documents.close(), search.close(), eventStore.close()]);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};

const answerOf = async (url: string, init: RequestInit): Promise<Answer> => {
  const response = await fetch(url, init);
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '') && text !== '';
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : {} };
};

/** No field is missing, none is there that the schema does not tell. */
const expectConforms = (schema: z.ZodType, body: unknown): void => {
  expect(JSON.parse(JSON.stringify(schema.parse(body)))).toEqual(JSON.parse(JSON.stringify(body)));
};
