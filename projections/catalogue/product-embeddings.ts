import { type EmbeddingEvent, embeddingEvents } from '../../contracts/events/embeddings.ts';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import { EMBEDDING_SIZE, type EmbeddingView } from '../../contracts/views/embedding.ts';
import type { Projection } from '../runner/projection.ts';

/**
 * What products mean, to be searched by what people mean. An index of its own beside `product-search`, because both are made of
 * one stream each; who searches asks both.
 */
export const productEmbeddings: Projection<EmbeddingView> = {
  name: 'product-embeddings',
  version: 1,
  handles: Object.keys(embeddingEvents),
  indexes: [],
  // There is one stream for each product, whose id is longer than that of the product.
  key: (event) => (event as RecordedEvent & EmbeddingEvent).data.productId,
  evolve: (_before, event) => {
    const { type, tenant, data } = event as RecordedEvent & EmbeddingEvent;
    if (type === 'product.embedding-removed.v1' || data.version === null || data.vector === null) return undefined;
    const { productId, version, inputsHash, vector } = data;
    return { productId, tenant, version, inputsHash, vector };
  },
  search: {
    schema: {
      name: 'product-embeddings',
      texts: {},
      // Vectors of different versions say nothing of each other.
      keywords: ['version'],
      numbers: [],
      vectors: { meaning: EMBEDDING_SIZE },
    },
    toSearch: ({ tenant, version, vector }) => {
      const numbers = numbersOf(vector);
      return numbers.length === EMBEDDING_SIZE
        ? {
            tenant,
            texts: {},
            keywords: { version: [version] },
            numbers: {},
            vectors: { meaning: numbers },
            source: {},
          }
        : undefined;
    },
  },
};

const numbersOf = (vector: string): readonly number[] => {
  const bytes = Uint8Array.from(Buffer.from(vector, 'base64'));
  return [...new Float32Array(bytes.buffer, 0, Math.floor(bytes.byteLength / 4))];
};
