import { createHash } from 'node:crypto';
import type { EmbeddingEvent } from '../../contracts/events/embeddings.ts';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import type { EmbeddingView } from '../../contracts/views/embedding.ts';
import type { ProductView } from '../../contracts/views/product.ts';
import type { NewPrediction, Predictor, PredictorContext } from '../predicting/predictor.ts';
import { type ModelClient, ModelUnavailableError, PredictionTimeoutError } from '../serving/model-client.ts';
import { passagesOf } from './product-passages.ts';
import { createTextEncoder, TEXT_EMBEDDING, type TextEncoder } from './text-encoder.ts';

const PRODUCTS = 'products';
const EMBEDDINGS = 'product-embeddings';
/** Products that are embedded together. */
const BATCH = 16;
const PAGE = 200;
/** For a batch, also where the pool is being started. */
const DEADLINE_MS = 60_000;

/** One encoder, and so one tokenizer in memory, for each client. */
const encoders = new WeakMap<ModelClient, TextEncoder>();

const encoderOf = (models: ModelClient): TextEncoder => {
  const encoder = encoders.get(models) ?? createTextEncoder({ models });
  encoders.set(models, encoder);
  return encoder;
};

/** A product that is to be embedded, and what asks for it. */
interface Asked {
  readonly product: ProductView;
  readonly causationId: string;
  readonly correlationId?: string;
}

/**
 * Keeps a vector of what each published product means: after it was described, moved or published, and once a day of those whose
 * texts or whose encoder have changed since. A product off sale has none.
 */
export const embeddingPredictor: Predictor = {
  name: TEXT_EMBEDDING,
  handles: ['product.described.v1', 'product.details-changed.v1', 'product.published.v1', 'product.unpublished.v1'],
  views: [PRODUCTS],
  onEvents: async (events, context) => {
    const last = new Map(events.map((event) => [(event.data as { productId: string }).productId, event]));
    const products = await context.documents.getMany<ProductView>(context.collection(PRODUCTS), [...last.keys()]);
    const asked: Asked[] = [];
    const removed: NewPrediction[] = [];
    for (const [productId, event] of last) {
      const { id: causationId, correlationId } = event;
      const product = products.get(productId);
      if (product?.published === true) asked.push({ product, causationId, correlationId });
      else if (event.type === 'product.unpublished.v1') removed.push(removalOf(event, productId));
    }
    const made: NewPrediction[] = removed;
    for (const batch of batchesOf(asked)) made.push(...(await embedOrFallBack(batch, context)));
    return made;
  },
  everyHours: 24,
  onSchedule: async function* (tenant, cause, context) {
    // Asked for its version alone. When none answers the run fails, and is tried again.
    const { version } = await embed(tenant, [''], context);
    let after: string | undefined;
    do {
      const page = await context.documents.find<ProductView>(context.collection(PRODUCTS), {
        filter: { tenant, published: true },
        limit: PAGE,
        ...(after === undefined ? {} : { after }),
      });
      const ids = page.items.map(({ id }) => id);
      const known = await context.documents.getMany<EmbeddingView>(context.collection(EMBEDDINGS), ids);
      const changed = page.items.filter((product) => {
        const embedding = known.get(product.id);
        return embedding?.version !== version || embedding.inputsHash !== hashOf(passagesOf(product));
      });
      for (const batch of batchesOf(changed.map((product) => ({ product, causationId: cause }))))
        yield await embedAll(batch, context);
      after = page.next;
    } while (after !== undefined);
  },
};

const embed = (tenant: string, texts: readonly string[], { models }: PredictorContext) =>
  encoderOf(models).embed(tenant, texts, { prefix: 'passage', priority: 'backfill', deadlineMs: DEADLINE_MS });

/** What can't be embedded now is found by its words, and the event says so. */
const embedOrFallBack = async (
  asked: readonly Asked[],
  context: PredictorContext,
): Promise<readonly NewPrediction[]> => {
  try {
    return await embedAll(asked, context);
  } catch (error) {
    if (!(error instanceof ModelUnavailableError) && !(error instanceof PredictionTimeoutError)) throw error;
    context.onWarning(`${asked.length} products are found by their words alone: ${error.message}`);
    return asked.map((each) => predictionOf(each, passagesOf(each.product), null));
  }
};

const embedAll = async (asked: readonly Asked[], context: PredictorContext): Promise<readonly NewPrediction[]> => {
  const [first] = asked;
  if (first === undefined) return [];
  const passages = asked.map(({ product }) => passagesOf(product));
  const { version, vectors } = await embed(first.product.tenant, passages.flat(), context);
  let at = 0;
  return asked.map((each, index) => {
    const texts = passages[index] ?? [];
    const vector = meanOf(vectors.slice(at, at + texts.length));
    at += texts.length;
    return vector === undefined ? removalOf(each, each.product.id) : predictionOf(each, texts, { version, vector });
  });
};

const predictionOf = (
  { product, causationId, correlationId }: Asked,
  texts: readonly string[],
  answer: { readonly version: string; readonly vector: Float32Array } | null,
): NewPrediction => {
  const data = {
    productId: product.id,
    model: TEXT_EMBEDDING,
    version: answer?.version ?? null,
    fallback: answer === null ? ('words' as const) : null,
    inputsHash: hashOf(texts),
    vector: answer === null ? null : base64Of(answer.vector),
  };
  return {
    ...subjectOf(product.tenant, product.id),
    event: { type: 'product.embedded.v1', data } satisfies EmbeddingEvent,
    causationId,
    ...(correlationId === undefined ? {} : { correlationId }),
  };
};

const removalOf = (cause: RecordedEvent | Asked, productId: string): NewPrediction => {
  const isEvent = 'data' in cause;
  return {
    ...subjectOf(isEvent ? cause.tenant : cause.product.tenant, productId),
    event: { type: 'product.embedding-removed.v1', data: { productId } },
    causationId: isEvent ? cause.id : cause.causationId,
    ...(cause.correlationId === undefined ? {} : { correlationId: cause.correlationId }),
  };
};

const subjectOf = (tenant: string, subject: string) => ({ tenant, kind: 'embedding', subject });

const hashOf = (texts: readonly string[]): string => createHash('sha256').update(JSON.stringify(texts)).digest('hex');

const base64Of = ({ buffer, byteOffset, byteLength }: Float32Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64');

/** Of length 1. One vector for all languages: a product that is described in more of them is no nearer to everything. */
const meanOf = (vectors: readonly Float32Array[]): Float32Array | undefined => {
  const [first] = vectors;
  if (first === undefined) return undefined;
  const sum = first.map((_, at) => vectors.reduce((total, vector) => total + (vector[at] ?? 0), 0));
  const length = Math.sqrt(sum.reduce((total, value) => total + value * value, 0));
  return length === 0 ? undefined : sum.map((value) => value / length);
};

/** Of one tenant each: another one may have another encoder. */
const batchesOf = (all: readonly Asked[]): readonly (readonly Asked[])[] => {
  const byTenant = new Map<string, Asked[]>();
  for (const asked of all) byTenant.set(asked.product.tenant, [...(byTenant.get(asked.product.tenant) ?? []), asked]);
  return [...byTenant.values()].flatMap((own) =>
    Array.from({ length: Math.ceil(own.length / BATCH) }, (_, batch) => own.slice(batch * BATCH, (batch + 1) * BATCH)),
  );
};
