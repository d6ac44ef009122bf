/**
 * Places of the `count` largest scores, largest first; of equal scores the earlier place comes first. NaN and -Infinity are never
 * among them.
 */
export const strongest = (scores: ArrayLike<number>, count: number): number[] => {
  // A heap whose top is the weakest that is kept: n log k, where sorting 20,000 scores for 20 would be n log n.
  const heap: number[] = [];
  const weaker = (a: number, b: number): boolean => {
    const difference = (scores[a] as number) - (scores[b] as number); // places within the scores
    return difference < 0 || (difference === 0 && a > b);
  };
  const swap = (a: number, b: number): void => {
    const kept = heap[a] as number; // both are within the heap
    heap[a] = heap[b] as number;
    heap[b] = kept;
  };
  for (let place = 0; place < scores.length; place++) {
    if (!((scores[place] as number) > Number.NEGATIVE_INFINITY)) continue;
    if (heap.length < count) {
      heap.push(place);
      for (let at = heap.length - 1; at > 0; ) {
        const parent = (at - 1) >> 1;
        if (!weaker(heap[at] as number, heap[parent] as number)) break;
        swap(at, parent);
        at = parent;
      }
    } else if (count > 0 && weaker(heap[0] as number, place)) {
      heap[0] = place;
      for (let at = 0; ; ) {
        const left = 2 * at + 1;
        if (left >= heap.length) break;
        const least =
          left + 1 < heap.length && weaker(heap[left + 1] as number, heap[left] as number) ? left + 1 : left;
        if (!weaker(heap[least] as number, heap[at] as number)) break;
        swap(at, least);
        at = least;
      }
    }
  }
  return heap.sort((a, b) => (weaker(a, b) ? 1 : -1));
};
