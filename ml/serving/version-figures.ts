import type { Outcome, ServedStage } from './pool-request.ts';

/** How a version of a model does, since this process began: what an automatic roll-back goes by. */
export interface VersionFigures {
  readonly tenant: string;
  readonly model: string;
  readonly version: string;
  /** The one that it was last asked in. */
  readonly stage: ServedStage;
  /** Requests that it answered. */
  readonly predictions: number;
  /** Requests that failed, were too slow or killed the process through its own doing, and warm-ups that failed. */
  readonly errors: number;
}

export interface FiguresOfVersions {
  count(
    tenant: string,
    model: string,
    version: string,
    stage: ServedStage,
    ended: 'predictions' | 'errors',
    count: number,
  ): void;
  all(): readonly VersionFigures[];
}

export const figuresOfVersions = (): FiguresOfVersions => {
  const figures = new Map<string, VersionFigures>();
  return {
    count: (tenant, model, version, stage, ended, count) => {
      const key = `${tenant}\0${model}\0${version}`;
      const before = figures.get(key) ?? { tenant, model, version, stage, predictions: 0, errors: 0 };
      figures.set(key, { ...before, stage, [ended]: before[ended] + count });
    },
    all: () => [...figures.values()],
  };
};

/** Whether the version itself is to blame, and not the pool or the load. */
export const isFaultOfVersion = (outcome: Outcome): boolean =>
  outcome === 'failed' || outcome === 'killed' || outcome === 'slow';
