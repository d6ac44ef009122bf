import type { ServedVersion } from './model-stages.ts';

interface WarmUp {
  readonly version: ServedVersion;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Warm-ups that the pool's process has still to answer; they outlive it. */
export class WarmUps {
  readonly #open = new Map<number, WarmUp>();

  get size(): number {
    return this.#open.size;
  }

  add(id: number, version: ServedVersion): Promise<void> {
    return new Promise((resolve, reject) => this.#open.set(id, { version, resolve, reject }));
  }

  all(): readonly (readonly [id: number, version: ServedVersion])[] {
    return [...this.#open].map(([id, { version }]) => [id, version] as const);
  }

  /** Does nothing where `id` is none of a warm-up. @param error undefined: it is warm */
  end(id: number, error: ((version: ServedVersion) => Error) | undefined): void {
    const warmUp = this.#open.get(id);
    this.#open.delete(id);
    if (error === undefined) warmUp?.resolve();
    else warmUp?.reject(error(warmUp.version));
  }
}
