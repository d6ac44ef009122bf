/** A process that turns events into commands. It keeps its own durable state and may be stopped and started at any time. */
export interface ProcessManager {
  /** Resolves when nothing of it runs any more. */
  stop(): Promise<void>;
}
