import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import { EMBEDDING_SIZE } from '../../contracts/views/embedding.ts';
import { productEmbeddings } from './product-embeddings.ts';

const base64 = (numbers: number): string => Buffer.from(new Float32Array(numbers).fill(0.5).buffer).toString('base64');

const event = (type: string, data: object): RecordedEvent => ({
  ...{ id: 'e', type, stream: 'prediction-embedding.acme.p1', data: { productId: 'p1', ...data }, tenant: 'acme' },
  ...{ time: '', recordedAt: '', actor: 'system:ml', correlationId: '', causationId: '', revision: 0, position: 1 },
});

const embedded = (data: object = {}): RecordedEvent =>
  event('product.embedded.v1', {
    ...{ model: 'text-embedding', version: '1.0.0', fallback: null, inputsHash: 'h', vector: base64(EMBEDDING_SIZE) },
    ...data,
  });

const toSearch = (of: RecordedEvent) => {
  const document = productEmbeddings.evolve(undefined, of);
  return document && productEmbeddings.search?.toSearch(document);
};

describe('the view of what products mean', () => {
  it('has the vector of a product under its id, to be compared with those of the same version', () => {
    expect(productEmbeddings.key(embedded())).toBe('p1');
    const document = toSearch(embedded());
    expect(document).toMatchObject({ tenant: 'acme', keywords: { version: ['1.0.0'] } });
    expect(document?.vectors?.meaning).toEqual(new Array(EMBEDDING_SIZE).fill(0.5));
  });

  it('has the last one only, and none of what is off sale or found by words alone', () => {
    const before = productEmbeddings.evolve(undefined, embedded());
    expect(productEmbeddings.evolve(before, embedded({ version: '2.0.0' }))).toMatchObject({ version: '2.0.0' });
    expect(productEmbeddings.evolve(before, event('product.embedding-removed.v1', {}))).toBeUndefined();
    const fallback = embedded({ version: null, fallback: 'words', vector: null });
    expect(productEmbeddings.evolve(before, fallback)).toBeUndefined();
  });

  it('leaves out vectors of another size, which an encoder of another kind made', () => {
    expect(toSearch(embedded({ vector: base64(12) }))).toBeUndefined();
  });
});
