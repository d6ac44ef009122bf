import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import { addDays } from '../../contracts/local-date.ts';
import { seededRandom } from '../../ml/learning/seeded-random.ts';
import { madeStay, madeTerms } from '../stays/made-stay.ts';

/** An event as a log would give it; its stream, time and data are what demand is made of. */
export const recorded = (
  stream: string,
  revision: number,
  type: string,
  time: string,
  data: unknown,
  position = 1,
): RecordedEvent => ({
  id: `${stream}-${revision}`,
  stream,
  revision,
  position,
  type,
  time,
  recordedAt: time,
  tenant: 'tenant-1',
  actor: 'system:test',
  correlationId: stream,
  causationId: stream,
  data,
});

export const stayTerms = (hotelId: string, arrivalDate: string) =>
  madeTerms({ hotelId, hotelName: hotelId, arrivalDate });

export interface MadeHotel {
  readonly hotelId: string;
  /** First day with arrivals, and how many days. */
  readonly from: string;
  readonly days: number;
  /** Arrivals on a usual weekday; half as many again on Fridays and Saturdays. */
  readonly arrivals: number;
}

/** Stays of a hotel: a week's rhythm, booked up to 60 days before, one in five cancelled. The same seed gives the same. */
export const madeStays = ({ hotelId, from, days, arrivals }: MadeHotel, seed = 1): readonly RecordedEvent[] => {
  const random = seededRandom(seed);
  const events: RecordedEvent[] = [];
  for (let at = 0; at < days; at++) {
    const date = addDays(from, at);
    const isWeekend = [5, 6].includes(new Date(date).getUTCDay());
    const count = Math.round(arrivals * (isWeekend ? 1.5 : 1) * (0.8 + 0.4 * random()));
    for (let one = 0; one < count; one++) {
      const stayId = `${hotelId}-${date}-${one}`;
      const stream = `stay-${stayId}`;
      const lead = Math.floor(60 * random() ** 2);
      const bookedOn = addDays(date, -lead);
      const position = events.length + 1;
      const country = random() < 0.6 ? 'PRT' : 'GBR';
      const booked = madeStay(stayId, { terms: stayTerms(hotelId, date), country });
      events.push(recorded(stream, 0, 'stay.booked.v1', `${bookedOn}T12:00:00.000Z`, booked, position));
      if (random() >= 0.2) continue;
      const cancelledOn = addDays(bookedOn, Math.floor(lead * random()));
      const cancelled = { stayId, reason: null };
      events.push(recorded(stream, 1, 'stay.cancelled.v1', `${cancelledOn}T14:00:00.000Z`, cancelled, position + 1));
    }
  }
  return events;
};
