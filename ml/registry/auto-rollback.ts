import type { ModelView } from '../../contracts/views/model.ts';
import type { DetectedDrift } from '../drift/look-for-drift.ts';
import type { VersionFigures } from '../serving/version-figures.ts';
import { keepLooking } from './keep-looking.ts';

/** Which version, and from which stage, is to be taken back. */
export interface TakeBack {
  readonly tenant: string;
  readonly name: string;
  readonly version: string;
  readonly stage: 'live' | 'canary';
  readonly reason: string;
}

/** Fewer may be chance, whatever share they are. */
const FEWEST_ERRORS = 3;
/** 95 %. */
const Z = 1.96;

/**
 * Whether a version fails too often to keep its traffic: more than the operator's rule allows, beyond chance (lower end of the Wilson
 * score interval, Wilson 1927).
 * @param figures of one version over a window of time
 * @returns undefined: it keeps it
 */
export const takeBackOf = (
  figures: Pick<VersionFigures, 'version' | 'predictions' | 'errors'>,
  model: ModelView,
): TakeBack | undefined => {
  const { version, predictions, errors } = figures;
  const stage = model.live === version ? 'live' : model.canary?.version === version ? 'canary' : undefined;
  const { maxErrorRate } = model.rule;
  const requests = predictions + errors;
  if (stage === undefined || errors < FEWEST_ERRORS || lowestShare(errors, requests) <= maxErrorRate) return undefined;
  const reason = `${errors} of ${requests} requests failed, and the rule allows ${maxErrorRate * 100} %`;
  return { tenant: model.tenant, name: model.name, version, stage, reason };
};

/**
 * Whether a version that does worse on outcomes than its limit is to lose its traffic: a canary, or a live version after another
 * one. Inputs that have moved are no reason: the version before knew them even less.
 */
export const takeBackOnDrift = (
  { version, kind, of, value, limit }: Pick<DetectedDrift, 'version' | 'kind' | 'of' | 'value' | 'limit'>,
  model: ModelView,
): TakeBack | undefined => {
  if (kind !== 'performance' || !model.rule.rollBackOnDrift) return undefined;
  const stage = model.canary?.version === version ? 'canary' : model.live === version ? 'live' : undefined;
  if (stage === undefined || (stage === 'live' && model.history.length === 0)) return undefined;
  const reason = `${of} is ${value.toPrecision(3)} on outcomes, and its limit is ${limit.toPrecision(3)}`;
  return { tenant: model.tenant, name: model.name, version, stage, reason };
};

const lowestShare = (errors: number, requests: number): number => {
  const share = errors / requests;
  const spread = Z * Math.sqrt((share * (1 - share)) / requests + Z ** 2 / (4 * requests ** 2));
  return (share + Z ** 2 / (2 * requests) - spread) / (1 + Z ** 2 / requests);
};

export interface WatchErrorRatesOptions {
  /** Of each version since the process began. */
  readonly figures: () => readonly VersionFigures[];
  /** The model as it stands; undefined: there is none, or it comes with the platform and has no version to go back to. */
  readonly modelOf: (tenant: string, name: string) => Promise<ModelView | undefined>;
  /** Ends the canary, or rolls the live version back if it still is. */
  readonly takeBack: (what: TakeBack) => Promise<void>;
  readonly onWarning: (message: string, error?: unknown) => void;
  /** Time between two looks. Default 5,000 ms. */
  readonly intervalMs?: number;
  /** What happened longer ago counts no more. Default 5 minutes. */
  readonly windowMs?: number;
}

/** Takes back versions that fail too often in this process, so that nobody need be awake for it. */
export const watchErrorRates = (options: WatchErrorRatesOptions): { stop(): Promise<void> } => {
  const { intervalMs = 5_000, windowMs = 300_000, onWarning } = options;
  const window = slidingWindow(windowMs);
  const lookAtAll = async (): Promise<void> => {
    for (const figures of window.add(options.figures(), performance.now())) {
      await judge(options, figures, window).catch((error: unknown) =>
        onWarning(`the errors of ${figures.model} ${figures.version} could not be judged`, error),
      );
    }
  };
  return keepLooking(intervalMs, lookAtAll, (error) => onWarning('the errors of models could not be judged', error));
};

const judge = async (
  { modelOf, takeBack, onWarning }: WatchErrorRatesOptions,
  figures: VersionFigures,
  window: SlidingWindow,
): Promise<void> => {
  if (figures.errors < FEWEST_ERRORS) return;
  const model = await modelOf(figures.tenant, figures.model);
  const what = model && takeBackOf(figures, model);
  if (what === undefined) return;
  await takeBack(what);
  // Who promotes it again after a look at it begins anew.
  window.forget(figures);
  onWarning(
    `the ${what.stage} version ${what.version} of ${what.name} of ${what.tenant} was taken back: ${what.reason}`,
  );
};

interface SlidingWindow {
  /** Takes the figures of now. @returns what was added to each within the window */
  add(figures: readonly VersionFigures[], now: number): readonly VersionFigures[];
  /** What a version did until now counts no more. */
  forget(version: VersionFigures): void;
}

type Counts = Pick<VersionFigures, 'predictions' | 'errors'>;

const NONE: Counts = { predictions: 0, errors: 0 };

const keyOf = ({ tenant, model, version }: VersionFigures): string => `${tenant}\0${model}\0${version}`;

/** Figures only grow: what happened in the window is those of now less those at its beginning. */
const slidingWindow = (lengthMs: number): SlidingWindow => {
  let looks: { readonly at: number; readonly counts: Map<string, Counts> }[] = [];
  const latest = new Map<string, Counts>();
  return {
    add: (figures, now) => {
      looks = looks.filter(({ at }, index) => at >= now - lengthMs || index === looks.length - 1);
      const before = looks[0]?.counts;
      for (const one of figures) latest.set(keyOf(one), one);
      looks.push({ at: now, counts: new Map(latest) });
      return figures.map((one) => {
        const { predictions, errors } = before?.get(keyOf(one)) ?? NONE;
        return { ...one, predictions: one.predictions - predictions, errors: one.errors - errors };
      });
    },
    forget: (version) => {
      const now = latest.get(keyOf(version)) ?? NONE;
      for (const { counts } of looks) counts.set(keyOf(version), now);
    },
  };
};
