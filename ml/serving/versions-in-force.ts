import type { ModelTraffic, ServedVersion } from './model-stages.ts';
import type { ServingLimits } from './serving-limits.ts';

export interface VersionsInForceOptions {
  readonly limits: Pick<ServingLimits, 'warmAgainMs'>;
  /** Loads it in every worker. @throws Error saying what is wrong with it */
  readonly warmUp: (version: ServedVersion) => Promise<void>;
  readonly onFailure: (traffic: ModelTraffic, version: ServedVersion, error: unknown) => void;
}

type Warmth = { readonly state: 'warming' | 'warm' } | { readonly state: 'failed'; readonly at: number };

/**
 * Which version really answers: a new one takes traffic once it is warm in every worker, and until then the one before it goes on.
 * A version whose warm-up fails takes none.
 */
export class VersionsInForce {
  readonly #options: VersionsInForceOptions;
  /** By folder. */
  readonly #warmth = new Map<string, Warmth>();
  /** By tenant and model: the last live version that was warm. */
  readonly #inForce = new Map<string, ServedVersion>();

  constructor(options: VersionsInForceOptions) {
    this.#options = options;
  }

  /** The live version, or the one before it while it warms up; null where none is live. The first of all goes unwarmed: nobody else can. */
  live(traffic: ModelTraffic): ServedVersion | null {
    const key = `${traffic.tenant}\0${traffic.name}`;
    if (traffic.live === null) {
      this.#inForce.delete(key);
      return null;
    }
    const before = this.#inForce.get(key);
    if (before?.directory === traffic.live.directory) return before;
    if (before !== undefined && !this.isWarm(traffic, traffic.live)) return before;
    this.#inForce.set(key, traffic.live);
    return traffic.live;
  }

  /** Whether it may take traffic beside the live one; where not, it is warmed up. */
  isWarm(traffic: ModelTraffic, version: ServedVersion): boolean {
    const warmth = this.#warmth.get(version.directory);
    if (warmth?.state === 'warm') return true;
    if (warmth === undefined || (warmth.state === 'failed' && this.#isOver(warmth.at))) this.#warm(traffic, version);
    return false;
  }

  /** A stage has changed: what failed before is given another try, and all is made warm before it is asked. */
  changed(traffic: ModelTraffic, versions: readonly ServedVersion[]): void {
    for (const version of versions) {
      if (this.#warmth.get(version.directory)?.state === 'failed') this.#warmth.delete(version.directory);
      this.isWarm(traffic, version);
    }
  }

  #isOver(failedAt: number): boolean {
    return performance.now() - failedAt > this.#options.limits.warmAgainMs;
  }

  #warm(traffic: ModelTraffic, version: ServedVersion): void {
    const { warmUp, onFailure } = this.#options;
    this.#warmth.set(version.directory, { state: 'warming' });
    warmUp(version).then(
      () => this.#warmth.set(version.directory, { state: 'warm' }),
      (error: unknown) => {
        this.#warmth.set(version.directory, { state: 'failed', at: performance.now() });
        onFailure(traffic, version, error);
      },
    );
  }
}
