import { z } from 'zod';
import { currency } from '../../contracts/money.ts';
import { analyticsCell } from '../../contracts/views/analytics.ts';

export const DIMENSIONS = ['day', 'month', 'subject', 'channel', 'country'] as const;
export const dimension = z.enum(DIMENSIONS);
export type Dimension = z.infer<typeof dimension>;

/** Sums, and what is made of them. Money is in minor units of the row's currency: currencies are never added up. */
export const figures = analyticsCell
  .pick({
    bookings: true,
    arrivals: true,
    cancellations: true,
    noShows: true,
    guests: true,
    nights: true,
    revenue: true,
  })
  .extend({
    currency,
    adr: z
      .int()
      .nullable()
      .describe('Average daily rate: revenue of a night, rounded to a minor unit. Null without nights.'),
    cancellationRate: z.number().nullable().describe('Cancellations of all bookings, 0 to 1.'),
    noShowRate: z.number().nullable().describe('No-shows of all bookings, 0 to 1.'),
    averageLeadDays: z.number().nullable().describe('Days from booking to arrival.'),
  });
export type Figures = z.infer<typeof figures>;

/** Figures of one combination of the dimensions asked for. */
export const analyticsRow = z
  .object({
    day: z.string().optional().describe('Local date of arrival or travel.'),
    month: z.string().optional(),
    subjectId: z.string().optional().describe('Hotel or product.'),
    subjectName: z.string().optional(),
    channel: z.string().optional(),
    country: z.string().optional().describe('ISO 3166 code; `unknown` where not known.'),
  })
  .extend(figures.shape);
export type AnalyticsRow = z.infer<typeof analyticsRow>;
