/**
 * Runs what concerns one key one behind the other, in the order of the calls; different keys run side by side.
 * A change of a booking takes several writes: in this process no other change of the same booking comes between them.
 */
export const createOneAtATime = () => {
  const last = new Map<string, Promise<unknown>>();
  return <T>(key: string, run: () => Promise<T>): Promise<T> => {
    const before = last.get(key);
    const own = before === undefined ? run() : before.then(run, run);
    last.set(key, own);
    const forget = () => {
      if (last.get(key) === own) last.delete(key);
    };
    own.then(forget, forget);
    return own;
  };
};
