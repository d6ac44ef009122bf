/** Bounds how many requests are worked on at once: the queue that an HTTP server otherwise keeps without end. */
export interface ConcurrencyLimit {
  /** True and counted, or false where the limit is reached. */
  enter(): boolean;
  leave(): void;
  readonly running: number;
}

export const concurrencyLimit = (most: number): ConcurrencyLimit => {
  let running = 0;
  return {
    enter: () => {
      if (running >= most) return false;
      running += 1;
      return true;
    },
    leave: () => {
      running -= 1;
    },
    get running() {
      return running;
    },
  };
};
