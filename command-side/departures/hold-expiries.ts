/** When a booking's hold ends. */
export type HoldExpiry = readonly [expiresAt: string, bookingId: string];

/**
 * Hold expiries as a binary min-heap in a plain array, so that it is part of a snapshot. A hold that ended or was
 * extended leaves a stale entry behind, which is dropped when it comes to the top: so every change costs O(log n).
 */
export type HoldExpiries = HoldExpiry[];

const before = (a: HoldExpiry | undefined, b: HoldExpiry | undefined): boolean =>
  a !== undefined && (b === undefined || a[0] < b[0]);

const swap = (heap: HoldExpiries, i: number, j: number): void => {
  const [a, b] = [heap[i], heap[j]];
  if (a === undefined || b === undefined) return;
  heap[i] = b;
  heap[j] = a;
};

/** Adds an expiry. */
export const addExpiry = (heap: HoldExpiries, expiry: HoldExpiry): void => {
  heap.push(expiry);
  for (let at = heap.length - 1; at > 0; ) {
    const parent = (at - 1) >> 1;
    if (!before(heap[at], heap[parent])) return;
    swap(heap, at, parent);
    at = parent;
  }
};

/** Drops entries from the top until one is current: afterwards the first entry is the earliest expiry there is. */
export const dropStale = (heap: HoldExpiries, isCurrent: (expiry: HoldExpiry) => boolean): void => {
  for (let top = heap[0]; top !== undefined && !isCurrent(top); top = heap[0]) {
    swap(heap, 0, heap.length - 1);
    heap.pop();
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const least = before(heap[right], heap[left]) ? right : left;
      if (!before(heap[least], heap[at])) break;
      swap(heap, at, least);
      at = least;
    }
  }
};

/** All entries that are due at `now`, stale ones among them; reads no more of the heap than these. */
export const dueExpiries = (heap: HoldExpiries, now: string, at = 0, due: HoldExpiry[] = []): readonly HoldExpiry[] => {
  const entry = heap[at];
  if (entry === undefined || entry[0] > now) return due;
  due.push(entry);
  dueExpiries(heap, now, 2 * at + 1, due);
  return dueExpiries(heap, now, 2 * at + 2, due);
};
