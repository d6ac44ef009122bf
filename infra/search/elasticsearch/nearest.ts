import type { Client } from '@elastic/elasticsearch';
import type { IndexSchema, SearchQuery, SearchResult } from '../search.ts';
import type { StoredDocument } from './bulk.ts';
import { persistently } from './calls.ts';
import { vectorField } from './mapping.ts';
import { distanceTo } from './query-run.ts';
import { filtersOf } from './search-body.ts';

/** Candidates that the graph is walked for, at the least: what is near is found nearly for certain. */
const LEAST_CANDIDATES = 200;

/**
 * The documents whose vector is nearest, by the engine's graph (HNSW, Malkov and Yashunin 2016): among those that pass the filters.
 * @throws SearchUnavailableError; ResponseError 404 when there is no such index
 */
export const nearest = async (
  client: Client,
  index: string,
  schema: IndexSchema,
  query: SearchQuery & { readonly nearest: NonNullable<SearchQuery['nearest']> },
  withinMs: number,
): Promise<SearchResult> => {
  const { vector, to } = query.nearest;
  if (query.limit === 0) return { total: 0, hits: [], facets: {} };
  const found = await persistently(withinMs, (requestTimeout) =>
    client.search<Pick<StoredDocument, 'source' | 'points'>>(
      {
        index,
        knn: {
          field: vectorField(vector),
          query_vector: Array.from(to),
          k: query.limit,
          num_candidates: Math.max(LEAST_CANDIDATES, 2 * query.limit),
          filter: filtersOf(schema, query),
        },
        size: query.limit,
        _source: ['source', 'points'],
      },
      { requestTimeout },
    ),
  );
  const hits = found.hits.hits.map(({ _id = '', _score, _source }) => ({
    id: _id,
    // The engine scores (1 + cosine) / 2.
    score: 2 * (_score ?? 0) - 1,
    source: _source?.source ?? {},
    highlights: {},
    ...distanceTo(_source?.points, query.near),
  }));
  hits.sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
  return { total: hits.length, hits, facets: {} };
};
