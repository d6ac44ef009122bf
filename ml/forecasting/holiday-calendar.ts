import Holidays from 'date-holidays';
import countries from 'i18n-iso-countries';
import { dayNumber } from './day-number.ts';

/** Where guests come from: ISO 3166-1 alpha-2 code and the share of the bookings. Shares sum to at most 1. */
export interface SourceMarket {
  readonly country: string;
  readonly share: number;
}

/** Markets below this share, or beyond the ten largest, are left out. */
const LEAST_SHARE = 0.02;
const MOST_MARKETS = 10;

/** The largest markets by bookings of each country, given in alpha-2 or alpha-3 codes. Unknown codes count in the whole only. */
export const sourceMarkets = (bookings: ReadonlyMap<string, number>): readonly SourceMarket[] => {
  const all = [...bookings.values()].reduce((sum, count) => sum + count, 0);
  const byCode = new Map<string, number>();
  for (const [code, count] of bookings) {
    const country = code.length === 3 ? countries.alpha3ToAlpha2(code) : code.toUpperCase();
    if (country === undefined || !countries.isValid(country)) continue;
    byCode.set(country, (byCode.get(country) ?? 0) + count);
  }
  return [...byCode]
    .map(([country, count]) => ({ country, share: count / all }))
    .filter(({ share }) => share >= LEAST_SHARE)
    .sort((a, b) => b.share - a.share || (a.country < b.country ? -1 : 1))
    .slice(0, MOST_MARKETS);
};

/** The share of the source markets for whom a day is a public or bank holiday. */
export interface HolidayCalendar {
  share(day: number): number;
  /** Names of the holidays of a day, each with its countries: `Easter Monday (FR, GB)`. */
  names(day: number): readonly string[];
}

/** Reads the calendars of the markets (package date-holidays), a year at a time. */
export const holidayCalendar = (markets: readonly SourceMarket[]): HolidayCalendar => {
  const calendars = markets.map(({ country, share }) => ({
    country,
    share,
    holidays: new Holidays(country, { languages: ['en'] }),
  }));
  const years = new Map<number, Map<number, { share: number; names: Map<string, string[]> }>>();
  const yearOf = (year: number) => {
    const known = years.get(year);
    if (known !== undefined) return known;
    const days = new Map<number, { share: number; names: Map<string, string[]> }>();
    for (const { country, share, holidays } of calendars) {
      const seen = new Set<number>();
      for (const { date, type, name } of holidays.getHolidays(year, 'en') ?? []) {
        if (type !== 'public' && type !== 'bank') continue;
        const day = dayNumber(date.slice(0, 10));
        const entry = days.get(day) ?? { share: 0, names: new Map<string, string[]>() };
        days.set(day, entry);
        if (!seen.has(day)) entry.share += share;
        seen.add(day);
        entry.names.set(name, [...(entry.names.get(name) ?? []), country]);
      }
    }
    years.set(year, days);
    return days;
  };
  const entryOf = (day: number) => yearOf(new Date(day * 86_400_000).getUTCFullYear()).get(day);
  return {
    share: (day) => entryOf(day)?.share ?? 0,
    names: (day) => [...(entryOf(day)?.names ?? [])].map(([name, where]) => `${name} (${where.join(', ')})`),
  };
};
