import { z } from 'zod';

/** A local date, or a month that stands for all its days. */
export const dateOrMonth = z.union([z.iso.date(), z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/)], {
  error: 'must be a date, 2016-07-01, or a month, 2016-07',
});

/** A range of local dates, both included; undefined: open on that side. */
export interface Period {
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** `2016-07` as the end of a range is its last day, as the beginning its first. */
export const periodOf = (from: string | undefined, to: string | undefined): Period => ({
  from: from?.length === 7 ? `${from}-01` : from,
  to: to?.length === 7 ? lastDayOf(to) : to,
});

/** Whether a period is made of whole months, so that monthly cells tell the same as daily ones. */
export const isWholeMonths = ({ from, to }: Period): boolean =>
  (from === undefined || from.endsWith('-01')) && (to === undefined || to === lastDayOf(to.slice(0, 7)));

const lastDayOf = (month: string): string => {
  const [year = 0, monthOfYear = 0] = month.split('-').map(Number);
  return new Date(Date.UTC(year, monthOfYear, 0)).toISOString().slice(0, 10);
};
