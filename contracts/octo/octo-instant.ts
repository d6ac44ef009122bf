/** An instant as OCTO writes it, `2026-07-01T08:00:00Z`: UTC, whole seconds. @param instant ISO 8601 UTC. */
export const octoInstant = (instant: string): string => `${instant.slice(0, 19)}Z`;

/** The same for an instant that may not have come. */
export const octoInstantOrNull = (instant: string | null): string | null =>
  instant === null ? null : octoInstant(instant);
