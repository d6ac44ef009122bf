/** Runs appends with a bound on how many are under way; the first failure stops it. */
export class AppendWindow {
  readonly #limit: number;
  #running = 0;
  #failure: unknown;
  #failed = false;
  #wake: (() => void) | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Waits for room, then starts. @throws what a task before failed with */
  async run(task: () => Promise<void>): Promise<void> {
    while (this.#running >= this.#limit) await this.#change();
    if (this.#failed) throw this.#failure;
    this.#running += 1;
    task()
      .catch((error: unknown) => {
        this.#failure ??= error;
        this.#failed = true;
      })
      .finally(() => {
        this.#running -= 1;
        this.#wake?.();
      });
  }

  /** Waits for all that is under way. @throws what one of them failed with */
  async drain(): Promise<void> {
    while (this.#running > 0) await this.#change();
    if (this.#failed) throw this.#failure;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
