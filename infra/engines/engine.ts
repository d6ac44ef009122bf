/** What `up`, tests and chaos need to know of an engine to run it on this machine. One file or folder here for each. */
export interface Engine {
  /** As on the command line: `kafka`. */
  readonly name: 'event-store' | 'kafka' | 'mongodb' | 'elasticsearch' | 'redis';
  /** The program, as people know it: `Apache Kafka`. */
  readonly title: string;
  /** Of the program: `4.4.0`. Left out: none that matters. */
  readonly version?: string;
  /** The variable of the platform that its URL goes to. */
  readonly variable: 'EVENT_STORE_URL' | 'EVENT_BUS_URL' | 'DOCUMENTS_URL' | 'SEARCH_URL' | 'JOBS_URL';
  /**
   * Fetches and builds what is missing in `<cache>/<name>`, which outlives checkouts and may be shared by several at once.
   * Cheap when all is there.
   * @throws EngineUnavailableError when a program is missing that can't be fetched; the message tells what to install.
   */
  prepare(cache: string): Promise<void>;
  /**
   * Lays out `dir` (its data and configuration, kept over restarts) where that is missing, and tells how to start the engine on
   * the loopback interface. Must have been prepared.
   */
  launch(place: EnginePlace): Promise<Launch>;
  /** The URL that the platform is given. */
  url(port: number): string;
  /** Whether it takes work now. Never rejects. */
  isReady(port: number): Promise<boolean>;
}

export interface EnginePlace {
  readonly cache: string;
  /** Absolute; exists. */
  readonly dir: string;
  readonly port: number;
  /** A second free port, for engines that talk to themselves (controller, transport). Kept over restarts. */
  readonly innerPort: number;
}

export interface Launch {
  readonly program: string;
  readonly args: readonly string[];
  /** Besides the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Something is missing on this machine that no package registry gives us. The message tells what to install and how. */
export class EngineUnavailableError extends Error {
  override readonly name = 'EngineUnavailableError';
}

/** What runs, in words: `Apache Kafka 4.4.0`. */
export const programOf = ({ title, version }: Engine): string =>
  version === undefined ? title : `${title} ${version}`;
