let lastInstant = 0;
let lastInstantText = new Date(0).toISOString();

/** An instant in milliseconds since 1970 as ISO 8601. Events of one append share theirs, so the last text mostly serves again. */
export const instantText = (ms: number): string => {
  if (ms !== lastInstant) {
    lastInstant = ms;
    lastInstantText = new Date(ms).toISOString();
  }
  return lastInstantText;
};
