import type { PoolModel } from './pool/pool-messages.ts';

/** Numbers models, because the record of runs has room for no names. Models are named by their folder. */
export class ModelNumbers {
  readonly #folders: string[] = [];
  readonly #numbers = new Map<string, number>();

  of(directory: string): PoolModel {
    let number = this.#numbers.get(directory);
    if (number === undefined) {
      // From 1 on: 0 stands for none.
      number = this.#folders.push(directory);
      this.#numbers.set(directory, number);
    }
    return { directory, number };
  }

  folders(numbers: readonly number[]): readonly string[] {
    return numbers.map((number) => this.#folders[number - 1] ?? '');
  }
}
