/** Numbers in [0, 1) that are the same for the same seed: mulberry32 (Tommy Ettinger, public domain). */
export const seededRandom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** `count` of the numbers 0 to `of` - 1, each at most once, in increasing order. */
export const sampleOf = (of: number, count: number, random: () => number): Int32Array => {
  const chosen = new Int32Array(Math.min(count, of));
  let taken = 0;
  // Knuth, TAOCP vol. 2, 3.4.2, algorithm S.
  for (let seen = 0; taken < chosen.length; seen++) {
    if ((of - seen) * random() < chosen.length - taken) chosen[taken++] = seen;
  }
  return chosen;
};
