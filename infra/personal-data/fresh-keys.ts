import { randomBytes } from 'node:crypto';
import type { SubjectKey } from './subject-keys.ts';

/** Keys made in one go: one durable write pays for many events. Those left over at a crash are never used. */
const BATCH = 256;

/** Hands out keys that `save` has made durable, each once. */
export const freshKeys = (
  save: (keys: readonly SubjectKey[]) => Promise<void>,
): ((count: number) => Promise<readonly SubjectKey[]>) => {
  const ready: SubjectKey[] = [];
  let refilling: Promise<void> | undefined;

  const refill = async (): Promise<void> => {
    const made = Array.from({ length: BATCH }, () => ({
      id: randomBytes(12).toString('base64url'),
      key: randomBytes(32),
    }));
    await save(made);
    ready.push(...made);
  };

  return async (count) => {
    const taken = ready.splice(0, count);
    while (taken.length < count) {
      refilling ??= refill().finally(() => {
        refilling = undefined;
      });
      await refilling;
      taken.push(...ready.splice(0, count - taken.length));
    }
    return taken;
  };
};
