import type { VersionFacts } from './model-decider.ts';

/** The folder of a model that has come, and which version of whose model it says to be. */
export interface ModelArrival {
  readonly tenant: string;
  readonly name: string;
  readonly version: string;
  readonly folder: string;
}

/** The port behind which models are examined and their files kept. The side of the models brings it. */
export interface ModelIntake {
  /** A new, empty folder for files that come. */
  newFolder(): Promise<string>;
  /**
   * The facts of a model that may be given traffic, or what is wrong with it: a line each, telling what to change.
   * @throws Error when it could not be examined
   */
  examine(
    arrival: ModelArrival,
  ): Promise<{ readonly facts: Omit<VersionFacts, 'version' | 'source'> } | { readonly problems: readonly string[] }>;
  /**
   * Moves an examined folder to the place of its version, for good.
   * @returns false when another model has that place
   */
  keep(arrival: ModelArrival): Promise<boolean>;
}
