/** Runs what it is given one at a time, in the order in which it came. */
export type Serial = <T>(work: () => Promise<T>) => Promise<T>;

export const createSerial = (): Serial => {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const run = last.then(work);
    last = run.catch(() => undefined);
    return run;
  };
};
