/** What a run that was answered takes off: a version that works is not barred for deaths that it only stood beside. */
const FORGIVEN = 1 / 50;

/** Tells which models kill the process, so that they are kept out of it. Models are named by their folder. */
export class Strikes {
  readonly #most: number;
  readonly #counts = new Map<string, number>();

  /** @param most deaths after which a model is barred */
  constructor(most: number) {
    this.#most = most;
  }

  /** The process died while these ran: one strike, shared, since only one of them did it. */
  died(models: readonly string[]): void {
    for (const model of models) this.#counts.set(model, (this.#counts.get(model) ?? 0) + 1 / models.length);
  }

  answered(model: string): void {
    const count = this.#counts.get(model);
    if (count === undefined || this.isBarred(model)) return;
    if (count <= FORGIVEN) this.#counts.delete(model);
    else this.#counts.set(model, count - FORGIVEN);
  }

  isBarred(model: string): boolean {
    return (this.#counts.get(model) ?? 0) >= this.#most - 1e-9;
  }

  forget(model: string): void {
    this.#counts.delete(model);
  }
}
