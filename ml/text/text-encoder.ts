import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { Manifest } from '../registry/manifest.ts';
import {
  type ModelClient,
  ModelUnavailableError,
  PredictionTimeoutError,
  type PredictRequest,
} from '../serving/model-client.ts';
import { loadTokenizer, type Tokenizer } from './tokenizer.ts';

/** Name of the model in the registry. */
export const TEXT_EMBEDDING = 'text-embedding';

/** What a text is: encoders that are trained on pairs of question and answer take the two apart by a prefix. */
export type TextRole = 'query' | 'passage';

export interface EmbedOptions {
  readonly prefix: TextRole;
  readonly priority: PredictRequest['priority'];
  /** From the call, for all the texts. */
  readonly deadlineMs: number;
}

export interface Embeddings {
  /** Of the encoder. Vectors of different versions say nothing of each other. */
  readonly version: string;
  /** One a text, of length 1: the product of two is their cosine. */
  readonly vectors: readonly Float32Array[];
}

/** Turns texts into vectors that lie close together where the texts mean the same, whatever their language. */
export interface TextEncoder {
  /**
   * @throws ModelUnavailableError when no version can answer, PredictionTimeoutError after the deadline, OverloadedError when the
   *   pool's queue is full
   */
  embed(tenant: string, texts: readonly string[], options: EmbedOptions): Promise<Embeddings>;
}

/** Texts of a request: more of them would keep a worker from interactive requests for too long. */
const BATCH = 8;

const constants = z.object({ prefixes: z.record(z.enum(['query', 'passage']), z.string()) });

/** The tokenizer of a version is not in memory yet: `loading` tells when it is. */
class TokenizerLoading extends Error {
  readonly loading: Promise<unknown>;

  constructor(loading: Promise<unknown>) {
    super('the tokenizer is being loaded');
    this.loading = loading;
  }
}

/** A tokenizer that is there, or the promise of it. */
type Held = Tokenizer | Promise<Tokenizer>;

/**
 * An encoder of texts over the pool. Tokenizers are read in the background from the folders of the versions that answer, and kept;
 * a folder's content never changes.
 */
export const createTextEncoder = ({ models }: { readonly models: ModelClient }): TextEncoder => {
  const tokenizers = new Map<string, Held>();

  const tokenizerOf = (directory: string): Tokenizer => {
    const held = tokenizers.get(directory);
    if (held !== undefined && !(held instanceof Promise)) return held;
    const loading = held ?? load(directory);
    throw new TokenizerLoading(loading);
  };

  const load = (directory: string): Promise<Tokenizer> => {
    const loading = loadTokenizer(directory);
    tokenizers.set(directory, loading);
    loading.then(
      (tokenizer) => tokenizers.set(directory, tokenizer),
      // The next request tries again.
      () => tokenizers.delete(directory),
    );
    return loading;
  };

  const predict = async (request: Omit<PredictRequest, 'deadlineMs'>, until: number) => {
    for (;;) {
      const left = until - performance.now();
      if (left <= 0) throw new PredictionTimeoutError(`no embedding within the deadline`);
      try {
        return await models.predict({ ...request, deadlineMs: left });
      } catch (error) {
        if (!(error instanceof TokenizerLoading)) throw error;
        await within(error.loading, until - performance.now());
      }
    }
  };

  const embedSome = async (
    tenant: string,
    texts: readonly string[],
    { prefix, priority }: EmbedOptions,
    until: number,
  ): Promise<Embeddings> => {
    const inputsFor = (manifest: Manifest, directory: string) => {
      const { inputIds, attentionMask } = tokenizerOf(directory).encode(
        texts.map((text) => prefixOf(manifest, prefix) + text),
      );
      return { input_ids: inputIds, attention_mask: attentionMask };
    };
    // One key a tenant: queries and what they are compared with go to the same side of a canary.
    const request = { tenant, model: TEXT_EMBEDDING, inputsFor, key: `${tenant}:${TEXT_EMBEDDING}`, priority };
    const { version, outputs } = await predict(request, until);
    const { data, dims } = outputs.embedding ?? {};
    if (!(data instanceof Float32Array) || dims?.[0] !== texts.length)
      throw new ModelUnavailableError(`${TEXT_EMBEDDING} ${version} gives no output 'embedding' of a row a text`);
    const width = data.length / texts.length;
    return { version, vectors: texts.map((_, row) => data.slice(row * width, (row + 1) * width)) };
  };

  return {
    embed: async (tenant, texts, options) => {
      const until = performance.now() + options.deadlineMs;
      const parts = batchesOf(texts);
      const vectors = new Array<Float32Array>(texts.length);
      let version: string | undefined;
      for (const part of parts) {
        const some = await embedSome(
          tenant,
          part.map(({ text }) => text),
          options,
          until,
        );
        // A swap in between: the vectors of one answer must be comparable.
        if (version !== undefined && some.version !== version)
          throw new ModelUnavailableError(`${TEXT_EMBEDDING} has gone from ${version} to ${some.version} just now`);
        version = some.version;
        for (const [row, vector] of some.vectors.entries()) vectors[part[row]?.at ?? 0] = vector;
      }
      return { version: version ?? '', vectors };
    },
  };
};

const prefixOf = (manifest: Manifest, role: TextRole): string =>
  constants.safeParse(manifest.preprocessing).data?.prefixes[role] ?? '';

/** Texts of about a length share a batch, so that little of it is padding. */
const batchesOf = (
  texts: readonly string[],
): readonly (readonly { readonly text: string; readonly at: number }[])[] => {
  const byLength = texts.map((text, at) => ({ text, at })).sort((a, b) => a.text.length - b.text.length);
  return Array.from({ length: Math.ceil(texts.length / BATCH) }, (_, batch) =>
    byLength.slice(batch * BATCH, (batch + 1) * BATCH),
  );
};

/** @throws PredictionTimeoutError when it takes longer; what `work` rejects with, as unavailable */
const within = async (work: Promise<unknown>, milliseconds: number): Promise<void> => {
  const ended = new AbortController();
  const timeout = pause(Math.max(0, milliseconds), undefined, { signal: ended.signal, ref: false }).then(
    () => {
      throw new PredictionTimeoutError('the tokenizer is still being loaded');
    },
    () => undefined,
  );
  const done = work.catch((error: unknown) => {
    throw new ModelUnavailableError(`the tokenizer can't be loaded: ${(error as Error).message}`, { cause: error });
  });
  try {
    await Promise.race([done, timeout]);
  } finally {
    ended.abort();
  }
};
