const DAY_MS = 86_400_000;

/** Days since 1970-01-01 of a local date `YYYY-MM-DD`. */
export const dayNumber = (date: string): number => Date.parse(`${date}T00:00:00Z`) / DAY_MS;

/** The local date of a day number. */
export const dateOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** 0 = Monday to 6 = Sunday (1970-01-01 was a Thursday). */
export const weekdayOf = (day: number): number => (((day + 3) % 7) + 7) % 7;

/** Where in the year a day lies, from 0 to 1, by a year of 365.25 days. */
export const yearPhase = (day: number): number => (((day / 365.25) % 1) + 1) % 1;
