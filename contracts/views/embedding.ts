/** What a product means, as the vector of a text encoder; there is one of each published product. */
export interface EmbeddingView {
  readonly productId: string;
  readonly tenant: string;
  readonly version: string;
  /** SHA-256 of the texts as the encoder got them. */
  readonly inputsHash: string;
  /** Float32, little-endian, as base64. */
  readonly vector: string;
}

/** Numbers of a vector: what multilingual E5 small gives, and an encoder in its place must give too. */
export const EMBEDDING_SIZE = 384;
