import type { PredictionReason } from '../../contracts/events/predictions.ts';
import type { FeatureRow } from '../features/encode-rows.ts';
import type { Feature } from '../registry/manifest.ts';
import { dateOf, weekdayOf } from './day-number.ts';
import { FARTHEST_HORIZON, FEATURE_GROUPS, WEEKDAYS } from './demand-row.ts';
import type { HolidayCalendar } from './holiday-calendar.ts';
import type { SubjectAt } from './subject-at.ts';

const MOST_REASONS = 5;
const MOST_HOLIDAYS = 3;

type Group = keyof typeof FEATURE_GROUPS;
const GROUPS = Object.keys(FEATURE_GROUPS) as Group[];

/** The groups of features that a model has, and the rows again without each of them. */
export const withoutGroups = (
  features: readonly Feature[],
  rows: readonly FeatureRow[],
): readonly { readonly group: Group; readonly rows: readonly FeatureRow[] }[] =>
  GROUPS.flatMap((group) => {
    const names = features.filter(
      ({ name, missing }) => FEATURE_GROUPS[group].some((one) => one === name) && missing !== undefined,
    );
    if (names.length === 0) return [];
    const nothing = Object.fromEntries(names.map(({ name }) => [name, null]));
    return [{ group, rows: rows.map((row) => ({ ...row, ...nothing })) }];
  });

/**
 * Why the days ahead are forecast as they are, in words: what each thing adds a day, on average over the days, in people or
 * parties. Season, weekday and trend as the seasonal trend has them; what is on the books and holidays by what the model says without.
 * @param contributions of each group, a day on average
 */
export const demandReasons = (
  at: SubjectAt,
  calendar: HolidayCalendar,
  contributions: ReadonlyMap<Group, number>,
): PredictionReason[] => {
  const { ledger, origin, trend, scale } = at;
  const days = Array.from({ length: FARTHEST_HORIZON }, (_, index) => origin + 1 + index);
  const mean = (of: (day: number) => number): number => days.reduce((sum, day) => sum + of(day), 0) / days.length;
  const week = days.slice(0, 7).sort((a, b) => Math.abs(trend.parts(b).weekday) - Math.abs(trend.parts(a).weekday));
  const strongest = week[0] ?? origin;
  const booked = days.reduce((sum, day) => sum + ledger.known('booked', day, origin), 0);
  const values: Record<Group, string | number> = {
    'on the books': booked,
    holidays: holidayNames(days, calendar),
  };
  const reasons: PredictionReason[] = [
    {
      feature: 'season',
      value: `${dateOf(origin + 1)} to ${dateOf(origin + FARTHEST_HORIZON)}`,
      contribution: mean((day) => trend.parts(day).season),
    },
    { feature: 'weekday', value: WEEKDAYS[weekdayOf(strongest)] ?? null, contribution: trend.parts(strongest).weekday },
    { feature: 'trend', value: scale, contribution: mean((day) => trend.parts(day).level) - scale },
    ...[...contributions].map(([group, contribution]) => ({ feature: group, value: values[group], contribution })),
  ];
  return reasons
    .filter(({ contribution }) => Number.isFinite(contribution) && contribution !== 0)
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
    .slice(0, MOST_REASONS);
};

const holidayNames = (days: readonly number[], calendar: HolidayCalendar): string => {
  const names = days
    .map((day) => ({ day, share: calendar.share(day) }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share)
    .slice(0, MOST_HOLIDAYS)
    .flatMap(({ day }) => calendar.names(day).map((name) => `${dateOf(day)} ${name}`));
  return names.join(', ');
};
