/** Keeps the session of a member whose handler is slow, and tells when the group has gone on without waiting for it. */
export const keepAlive = (heartbeat: () => Promise<void>, everyMs: number) => {
  const state: { error: unknown; stop: () => void } = { error: undefined, stop: () => clearInterval(timer) };
  const timer = setInterval(() => {
    heartbeat().catch((error: unknown) => {
      state.error ??= error;
    });
  }, everyMs);
  return state;
};
