import type { DepartureView } from '../../contracts/views/departure.ts';
import type { Projection } from '../runner/projection.ts';
import { departures } from './departures.ts';

/**
 * The departures for analysts, one document each. A view of its own: `departures` is what bookings are made from, and must not wait
 * for an engine that analysts look at.
 */
export const departureFigures: Projection<DepartureView> = {
  ...departures,
  name: 'departure-figures',
  version: 2,
  indexes: [],
  search: {
    schema: {
      name: 'departure-figures',
      readers: 'analysts',
      texts: {},
      keywords: ['product', 'availabilityType', 'state'],
      numbers: ['capacity', 'confirmed', 'held', 'vacancies', 'fillPercent', 'startsAt', 'cutoffAt'],
      dates: ['startsAt', 'cutoffAt'],
    },
    toSearch: (departure) => ({
      tenant: departure.tenant,
      texts: {},
      keywords: {
        product: [departure.productId],
        availabilityType: [departure.availabilityType],
        state: [stateOf(departure)],
      },
      numbers: {
        confirmed: departure.confirmed,
        held: departure.held,
        startsAt: Date.parse(departure.startsAt),
        cutoffAt: Date.parse(departure.cutoffAt),
        ...limited(departure),
      },
      source: {},
    }),
  },
};

const stateOf = ({ closedReason, vacancies }: DepartureView): 'CLOSED' | 'SOLD_OUT' | 'OPEN' => {
  if (closedReason !== null) return 'CLOSED';
  return vacancies !== null && vacancies <= 0 ? 'SOLD_OUT' : 'OPEN';
};

/** What only a departure with a limit has. A capacity that was lowered below what is sold is more than full. */
const limited = ({ capacity, vacancies, confirmed }: DepartureView): Record<string, number> =>
  capacity === null || vacancies === null
    ? {}
    : { capacity, vacancies, fillPercent: capacity === 0 ? 100 : Math.round((confirmed * 100) / capacity) };
