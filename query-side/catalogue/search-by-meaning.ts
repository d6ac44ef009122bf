import { EMBEDDING_SIZE } from '../../contracts/views/embedding.ts';
import { OverloadedError } from '../../infra/overloaded-error.ts';
import { hybridQuery, isHybridPage } from '../../infra/search/hybrid.ts';
import type { SearchQuery, SearchResult } from '../../infra/search/search.ts';
import { InvalidTensorError, ModelUnavailableError, PredictionTimeoutError } from '../../ml/serving/model-client.ts';
import type { Embeddings } from '../../ml/text/text-encoder.ts';
import type { QueryDeps } from '../reading/query-deps.ts';

const WORDS = 'product-search';
const MEANING = 'product-embeddings';

/** A person waits: what takes longer is answered by words alone. */
const DEADLINE_MS = 150;

/** The encoder knows no other letters; of fewer no meaning can be told. */
const TELLING = /\p{Script=Latin}.*\p{Script=Latin}.*\p{Script=Latin}/su;

export interface ProductsFound extends SearchResult {
  readonly searchedBy: 'words' | 'words-and-meaning';
  /** Products that the words alone find. */
  readonly wordsTotal: number;
}

/**
 * Published products by words and by meaning, or by words alone where the order is not by relevance or the encoder does not answer
 * in time. Further pages go on as the first one began.
 * @throws InvalidCursorError, SearchUnavailableError
 */
export const searchProducts = async (
  { search, liveViews, textEncoder }: Pick<QueryDeps, 'search' | 'liveViews' | 'textEncoder'>,
  query: SearchQuery,
): Promise<ProductsFound> => {
  const { tenant, text = '', sort, after } = query;
  const words = liveViews.index(WORDS);
  const byMeaning = async (asked: Embeddings | undefined): Promise<ProductsFound> => {
    const meaning = {
      index: liveViews.index(MEANING),
      vector: 'meaning',
      keywords: { version: asked === undefined ? [] : [asked.version] },
      to: asked?.vectors[0],
    };
    return { ...(await hybridQuery(search, words, meaning, query)), searchedBy: 'words-and-meaning' };
  };

  if (after !== undefined && isHybridPage(query)) return byMeaning(undefined);
  if (after === undefined && textEncoder !== undefined && sort === undefined && TELLING.test(text)) {
    const options = { prefix: 'query', priority: 'interactive', deadlineMs: DEADLINE_MS } as const;
    const asked = await orUndefined(textEncoder.embed(tenant, [text], options));
    if (asked?.vectors[0]?.length === EMBEDDING_SIZE) return byMeaning(asked);
  }
  const found = await search.query(words, query);
  return { ...found, wordsTotal: found.total, searchedBy: 'words' };
};

/** Undefined where the encoder is away, too slow or overloaded. */
const orUndefined = async (embedding: Promise<Embeddings>): Promise<Embeddings | undefined> => {
  try {
    return await embedding;
  } catch (error) {
    if (AWAY.some((kind) => error instanceof kind)) return undefined;
    throw error;
  }
};

const AWAY = [ModelUnavailableError, PredictionTimeoutError, InvalidTensorError, OverloadedError];
