import type { RecordedEvent } from '../../../contracts/events/envelope.ts';

/**
 * Freezes a parsed JSON value all through: several consumers get the same object, and one that changed it would
 * corrupt what the others see. @returns its rough size in bytes.
 */
const freeze = (value: unknown): number => {
  if (typeof value === 'string') return 16 + value.length;
  if (typeof value !== 'object' || value === null) return 8;
  let bytes = 32;
  for (const part of Object.values(value)) bytes += 8 + freeze(part);
  Object.freeze(value);
  return bytes;
};

/**
 * The last published events, so that a consumer that keeps up is served from memory. Holds an unbroken run of
 * positions, bounded in number and bytes; who asks for something older reads the log.
 */
export class RecentEvents {
  readonly #slots: ({ event: RecordedEvent; bytes: number } | undefined)[];
  readonly #maxBytes: number;
  #bytes = 0;
  #oldest = 0;
  #next = 0;

  constructor(maxEvents: number, maxBytes: number) {
    this.#slots = new Array(maxEvents).fill(undefined);
    this.#maxBytes = maxBytes;
  }

  /** Remembers an event behind the last; one that leaves a gap begins the run anew. */
  add(event: RecordedEvent): void {
    if (event.position < this.#next) return;
    if (event.position !== this.#next) {
      while (this.#oldest < this.#next) this.#dropOldest();
      this.#oldest = event.position;
      this.#next = event.position;
    }
    if (this.#next - this.#oldest === this.#slots.length) this.#dropOldest();
    const bytes = freeze(event);
    this.#slots[event.position % this.#slots.length] = { event, bytes };
    this.#bytes += bytes;
    this.#next++;
    while (this.#bytes > this.#maxBytes) this.#dropOldest();
  }

  /** The event at a position; undefined when it is not remembered. */
  at(position: number): RecordedEvent | undefined {
    if (position < this.#oldest || position >= this.#next) return undefined;
    return this.#slots[position % this.#slots.length]?.event;
  }

  #dropOldest(): void {
    const slot = this.#oldest++ % this.#slots.length;
    this.#bytes -= this.#slots[slot]?.bytes ?? 0;
    this.#slots[slot] = undefined;
  }
}
