const DAY_MS = 86_400_000;

/** A local date `YYYY-MM-DD` so many days later, earlier when negative: plain calendar days, no zone in it. @throws RangeError when it is no date. */
export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** Days from one local date to another; negative when it lies before. */
export const daysBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / DAY_MS;
