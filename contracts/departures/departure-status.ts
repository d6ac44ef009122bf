import { z } from 'zod';
import type { DepartureView } from '../views/departure.ts';

/** Availability statuses of the open OCTO standard. LIMITED: under half of the capacity is left. */
export const departureStatus = z.enum(['AVAILABLE', 'FREESALE', 'LIMITED', 'SOLD_OUT', 'CLOSED']);
export type DepartureStatus = z.infer<typeof departureStatus>;

/** What can be done with a departure at an instant: closed by an operator or past its cut-off comes before what is left of it. */
export const statusOf = (departure: DepartureView, now: string): DepartureStatus => {
  if (departure.closedReason !== null || Date.parse(departure.cutoffAt) <= Date.parse(now)) return 'CLOSED';
  if (departure.vacancies === null) return 'FREESALE';
  if (departure.vacancies <= 0) return 'SOLD_OUT';
  return departure.vacancies * 2 < (departure.capacity ?? 0) ? 'LIMITED' : 'AVAILABLE';
};

const bestFirst: readonly DepartureStatus[] = ['FREESALE', 'AVAILABLE', 'LIMITED', 'SOLD_OUT', 'CLOSED'];

/** A day's status is the best of its departures. */
export const bestStatus = (statuses: readonly DepartureStatus[]): DepartureStatus =>
  bestFirst.find((status) => statuses.includes(status)) ?? 'CLOSED';

/** Whether seats of a departure can be booked at an instant, by its status. */
export const isBookable = (status: DepartureStatus): boolean => status !== 'CLOSED' && status !== 'SOLD_OUT';
