import { Pool } from 'undici';

/** A process that answers requests. */
export interface Upstream {
  readonly name: string;
  readonly pool: Pool;
  /** Requests under way. */
  underWay: number;
  /** Whether it says that it is ready. One that does not is asked only where no other is. */
  isReady: boolean;
}

/** The processes of one role that take requests now. Plain state of one event loop: no two steps of it interleave. */
export class Upstreams {
  readonly #all = new Set<Upstream>();
  readonly #idle = new Map<Upstream, () => void>();

  add(name: string, origin: string): Upstream {
    // As many as the processes take at once would only queue there; a connection carries one request at a time.
    const pool = new Pool(origin, { connections: 128, pipelining: 1, headersTimeout: 60_000, bodyTimeout: 60_000 });
    const upstream: Upstream = { name, pool, underWay: 0, isReady: true };
    this.#all.add(upstream);
    return upstream;
  }

  /** Takes it out of turn: requests under way go on, or fail where it has died. Resolves when there are none left. */
  async drain(upstream: Upstream): Promise<void> {
    this.#all.delete(upstream);
    if (upstream.underWay > 0) await new Promise<void>((resolve) => this.#idle.set(upstream, resolve));
    await upstream.pool.close();
  }

  /** The least busy of those that are ready, besides those that were tried already. */
  next(tried: ReadonlySet<Upstream>): Upstream | undefined {
    let best: Upstream | undefined;
    for (const one of this.#all) if (!tried.has(one) && (best === undefined || goesBefore(one, best))) best = one;
    // Of several that are as busy the longest unused one comes next.
    if (best !== undefined) {
      this.#all.delete(best);
      this.#all.add(best);
    }
    return best;
  }

  began(upstream: Upstream): void {
    upstream.underWay++;
  }

  ended(upstream: Upstream): void {
    if (--upstream.underWay > 0) return;
    this.#idle.get(upstream)?.();
    this.#idle.delete(upstream);
  }
}

const goesBefore = (a: Upstream, b: Upstream): boolean =>
  a.isReady === b.isReady ? a.underWay < b.underWay : a.isReady;
