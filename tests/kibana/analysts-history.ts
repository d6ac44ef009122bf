import { readFileSync } from 'node:fs';
import type { EventEnvelope, RecordedEvent } from '../../contracts/events/envelope.ts';
import { randomId } from '../../contracts/ids.ts';

export interface HistoryEvent {
  readonly stream: string;
  readonly event: EventEnvelope;
}

type Data = Readonly<Record<string, unknown>>;

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

const stored = (type: string): Data =>
  (
    JSON.parse(
      readFileSync(new URL(`../contracts/events/stored/${type}.json`, import.meta.url), 'utf8'),
    ) as RecordedEvent
  ).data as Data;

/** An event like the stored one of its type, with other data in places. */
const like = (type: string, stream: string, time: number, data: Data): HistoryEvent => ({
  stream,
  event: {
    id: randomId(),
    type,
    time: new Date(time).toISOString(),
    tenant: 'andes',
    actor: 'user:somebody',
    correlationId: randomId(),
    causationId: randomId(),
    data: { ...stored(type), ...data },
  },
});

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 'yyyy-mm-dd'.length);

const product = (productId: string, now: number): readonly HistoryEvent[] =>
  [
    'product.created.v1',
    'product.option-set.v1',
    'product.priced.v1',
    'product.described.v1',
    'product.published.v1',
  ].map((type) => like(type, `product-${productId}`, now - 100 * DAY_MS, { productId }));

/** How a booking goes on, minutes after it was placed. */
const ENDINGS: readonly (readonly (readonly [type: string, minutes: number])[])[] = [
  [],
  [['booking.expired.v1', 30]],
  [['booking.confirmed.v1', 2]],
  [
    ['booking.confirmed.v1', 5],
    ['booking.cancelled.v1', 600],
  ],
  [
    ['booking.confirmed.v1', 9],
    ['booking.redeemed.v1', 1_000],
  ],
];

const booking = (index: number, now: number): readonly HistoryEvent[] => {
  const bookingId = `b${index}`;
  const stream = `booking-${bookingId}`;
  const placedAt = now - (2 + index) * DAY_MS;
  const { unitItems, departure } = stored('booking.placed.v1') as {
    readonly unitItems: readonly Data[];
    readonly departure: Data;
  };
  const placed = like('booking.placed.v1', stream, placedAt, {
    bookingId,
    productId: index % 3 === 0 ? 'walk' : 'boat',
    channel: index % 2 === 0 ? 'octo' : 'direct',
    departure: { ...departure, localDate: dayOf(placedAt + index * DAY_MS) },
  });
  const later = (ENDINGS[index % ENDINGS.length] ?? []).map(([type, minutes]) =>
    like(type, stream, placedAt + minutes * MINUTE_MS, {
      bookingId,
      ...(type === 'booking.redeemed.v1' ? { unitItemIds: unitItems.map(({ id }) => id) } : {}),
    }),
  );
  return [placed, ...later];
};

const departure = (index: number, now: number): readonly HistoryEvent[] => {
  const departureId = `d${index}`;
  const stream = `departure-${departureId}`;
  const startsAt = new Date(now + index * DAY_MS).toISOString();
  const at = now - 10 * DAY_MS;
  return [
    like('departure.scheduled.v1', stream, at, {
      departureId,
      productId: 'walk',
      startsAt,
      cutoffAt: startsAt,
      capacity: 4,
    }),
    like('departure.seats-held.v1', stream, at, { departureId, bookingId: 'b1', seats: 1 + index }),
    ...(index === 0
      ? []
      : [like('departure.seats-confirmed.v1', stream, at, { departureId, bookingId: 'b1', seats: 1 + index })]),
    ...(index === 1 ? [like('departure.closed.v1', stream, at, { departureId })] : []),
  ];
};

const stay = (index: number, now: number): readonly HistoryEvent[] => {
  const stayId = `s${index}`;
  const { terms } = stored('stay.booked.v1') as { readonly terms: Data };
  const bookedAt = now - (60 + index) * DAY_MS;
  const ends = ['stay.checked-in.v1', 'stay.cancelled.v1', 'stay.no-show.v1'][index % 3] ?? '';
  return [
    like('stay.booked.v1', `stay-${stayId}`, bookedAt, {
      stayId,
      terms: { ...terms, arrivalDate: dayOf(now - (10 + index) * DAY_MS) },
    }),
    like(ends, `stay-${stayId}`, now - 5 * DAY_MS, { stayId }),
  ];
};

/** A prediction of each kind, of some also by a fallback and of subjects at risk. */
const prediction = (index: number, now: number): readonly HistoryEvent[] => {
  const at = now - (1 + index) * DAY_MS;
  const of = (kind: string, subject: string) => `prediction-${kind}.andes.${subject}${index}`;
  const isEven = index % 2 === 0;
  return [
    like('demand.forecasted.v1', of('demand', 'boat'), at, { subjectId: `boat${index}` }),
    like('price.proposed.v1', of('price', 'd'), at, { subjectId: `d${index}` }),
    like('customer.churn-scored.v1', of('churn', 'c'), at, { customerId: `c${index}`, atRisk: isEven }),
    like('booking.cancellation-scored.v1', of('cancellation', 's'), at, { subjectId: `s${index}`, atRisk: isEven }),
    like('recommendations.refreshed.v1', of('recommendation', 'c'), at, {
      subjectKind: 'customer',
      subjectId: `c${index}`,
      ...(isEven ? { version: null, fallback: 'popularity' } : {}),
    }),
  ];
};

const times = <T>(count: number, make: (index: number) => readonly T[]): readonly T[] =>
  Array.from({ length: count }, (_none, index) => make(index)).flat();

/** The last weeks of a small company: every status that a booking can have, departures ahead, stays of the last month, predictions. */
export const analystsHistory = (now: number): readonly HistoryEvent[] => [
  ...product('walk', now),
  ...product('boat', now),
  ...times(15, (index) => booking(index, now)),
  ...times(4, (index) => departure(index, now)),
  ...times(6, (index) => stay(index, now)),
  ...times(4, (index) => prediction(index, now)),
];
