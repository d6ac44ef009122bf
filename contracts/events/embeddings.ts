import { z } from 'zod';
import type { EventOf } from './define.ts';

const productId = z.string();

/**
 * What products mean, as vectors of a text encoder. Streams `prediction-embedding.<tenant>.<product id>`: they are written as
 * predictions are, and are no score that anybody looks at.
 */
export const embeddingEvents = {
  'product.embedded.v1': z.object({
    productId,
    model: z.string(),
    /** Vectors of different versions say nothing of each other. Null: none could answer. */
    version: z.string().nullable(),
    /** `words`: it is found by its words alone until a version answers. Null where one did. */
    fallback: z.literal('words').nullable(),
    /** SHA-256 of the texts as the encoder got them. */
    inputsHash: z.string(),
    /** Of length 1: float32, little-endian, as base64. */
    vector: z.base64().nullable(),
  }),
  /** It is off sale: nobody finds it by what it means. */
  'product.embedding-removed.v1': z.object({ productId }),
};
export type EmbeddingEvent = EventOf<typeof embeddingEvents>;

/** As `predictionKinds`: what the kind is called in the names of streams. */
export const embeddingKinds = {
  'product.embedded.v1': 'embedding',
  'product.embedding-removed.v1': 'embedding',
} as const satisfies Readonly<Record<EmbeddingEvent['type'], string>>;
