/** Bounds of the pool. All times are milliseconds. */
export interface ServingLimits {
  /** Requests that wait, of each priority; one more is refused as OverloadedError. */
  readonly queuedRequests: number;
  /** Their rows together, of each priority. */
  readonly queuedRows: number;
  /** Rows of one request. */
  readonly requestRows: number;
  /** Rows that requests are put together to; a request of more rows runs alone. */
  readonly batchRows: number;
  /** How long a batch may take by what its version took so far: of slow models fewer rows are put together. */
  readonly batchMs: number;
  /** How long a request waits for others while all workers are busy; while one is idle it does not wait. */
  readonly batchWaitMs: number;
  /** A run (or the loading of a model) that takes longer has hung: the process is killed. */
  readonly runMs: number;
  /** A process that owes an answer and says nothing for a run's longest time and this is killed. */
  readonly silenceMs: number;
  /** The process must be up within this. */
  readonly startMs: number;
  /** Sessions that a worker keeps; the one not used for longest goes first. */
  readonly sessions: number;
  /** How often a version may kill the process before it is barred until its stages change. */
  readonly strikes: number;
  /** Wait before the second restart in a row; doubled at each further one. The first comes at once. */
  readonly restartMs: number;
  readonly longestRestartMs: number;
  /** How long a shadow may wait for its turn. */
  readonly shadowMs: number;
  /** When a warm-up that failed is tried again, where no stage changes before. */
  readonly warmAgainMs: number;
}

export const SERVING_LIMITS: ServingLimits = {
  queuedRequests: 2_000,
  queuedRows: 200_000,
  requestRows: 50_000,
  batchRows: 4_096,
  batchMs: 20,
  batchWaitMs: 2,
  runMs: 30_000,
  silenceMs: 5_000,
  startMs: 60_000,
  sessions: 64,
  strikes: 3,
  restartMs: 500,
  longestRestartMs: 30_000,
  shadowMs: 10_000,
  warmAgainMs: 30_000,
};
