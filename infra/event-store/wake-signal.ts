/** Wakes everyone who waits for news. A waiter must check its condition after `wait()` was called, and again after it resolves. */
export class WakeSignal {
  #wake: () => void = () => undefined;
  #next = this.#arm();

  #arm(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Resolves at the next `wake()`. */
  wait(): Promise<void> {
    return this.#next;
  }

  wake(): void {
    const wakeAll = this.#wake;
    this.#next = this.#arm();
    wakeAll();
  }
}
