import { existsSync } from 'node:fs';
import { addDays } from '../../../contracts/local-date.ts';
import { encodeRows } from '../../../ml/features/encode-rows.ts';
import { openLocalModel } from '../../../ml/onnx/run-model.ts';
import { type Elasticity, elasticityIn } from '../../../ml/pricing/elasticity.ts';
import { PRICE_FEATURES } from '../../../ml/pricing/price-feature-rules.ts';
import { priceTrainer, trainPrices } from '../../../ml/pricing/price-trainer.ts';
import { type PastSales, type PricedRow, pricedRows } from '../../../ml/pricing/sold-prices.ts';
import type { TrainedModel } from '../../../ml/training/trainer.ts';
import { hotelEvents } from '../../stays/hotel-events.ts';
import type { Bench, Row } from '../report.ts';
import { type Before, customersOf, POLICIES, play, type RealBooking, type RealBookingDay } from './price-simulation.ts';

const SHARED = process.env.SHARED_DIR ?? '../shared';
const FILE = `${SHARED}/data/hotel/hotel_bookings.csv.gz`;
const HOLD_OUT_FROM = '2017-03-01';
/** LightGBM on the same split, by the data's own page. */
const PEER = { rmse: 28.24, mae: 21.04 };
/** Columns that tell of other sales. */
const LEVELS = /^(recent|usual|onBooks|lastYear)/;
/** How customers of the simulation answer to prices; the optimiser believes what it was trained with, whatever is true. */
const TRUE_ELASTICITIES = [0.6, 0.9, 1.5];
/** Arrivals that a hotel takes on a day: the percentile of its days before. The file does not tell how many rooms there are. */
const CAPACITIES = [0.95, 0.5];
const SEED = 7;

/** The price model on the hotel file by the way of the product, and what its optimiser would have brought. */
export const priceBench: Bench = {
  name: 'price',
  run: async (): Promise<readonly Row[]> => {
    if (!existsSync(FILE)) {
      console.log(`  skipped: ${FILE} is not there (set SHARED_DIR)`);
      return [];
    }
    console.log(`  with ${FILE}`);
    const collector = priceTrainer.collector({ tenant: 'bench', asOf: '2018-01-01T00:00:00.000Z' });
    for await (const event of hotelEvents(FILE, 'bench')) collector.add(event);
    const sales = collector.finish() as PastSales;
    const startedAt = performance.now();
    const full = await trainPrices({ sales, holdOutFrom: HOLD_OUT_FROM }, { version: '1.0.0' });
    console.log(`  trained in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`);
    const rules = PRICE_FEATURES.filter(({ name }) => !LEVELS.test(name));
    const plain = await trainPrices({ sales, holdOutFrom: HOLD_OUT_FROM, rules }, { version: '1.0.0' });
    return [
      ...accuracyRows('also prices on the books when it was booked', full, true),
      ...accuracyRows('itself and the calendar alone', plain, false),
      ...(await simulationRows(sales, full)),
    ];
  },
};

const accuracyRows = (knowing: string, { manifest, holdOut }: TrainedModel, isAim: boolean): Row[] =>
  (['rmse', 'mae'] as const).map((name) => {
    const ours = manifest.metrics[name] ?? Number.NaN;
    return {
      bench: `ADR ${name.toUpperCase()} knowing ${knowing}: hotel_bookings, not cancelled, arrivals before ${HOLD_OUT_FROM} train (${manifest.training.rows}), after test (${holdOut.rows})`,
      ours: ours.toFixed(2),
      against: `${PEER[name]} (LightGBM)`,
      ratio: ours / PEER[name],
      aim: isAim ? `<= ${PEER[name]}` : 'told, no aim',
      met: !isAim || ours <= PEER[name],
    };
  });

/** Revenue by simulation: arrivals from the hold-out's first day on, of bookings made from then on. */
const simulationRows = async (sales: PastSales, model: TrainedModel): Promise<Row[]> => {
  const rows = pricedRows(sales);
  const kept = sales.filter(({ isLost }) => !isLost).map(({ sale }) => sale);
  const lists = await listPrices(model, rows);
  const means = meanBy(
    kept.filter(({ date }) => date < HOLD_OUT_FROM),
    ({ subject, variant }) => `${subject} ${variant}`,
    ({ price }) => price,
  );
  const bookings = kept.flatMap((sale, at): RealBooking[] =>
    sale.bookedOn < HOLD_OUT_FROM || sale.date < HOLD_OUT_FROM
      ? []
      : [
          {
            hotel: sale.subject,
            bookedOn: sale.bookedOn,
            date: sale.date,
            nights: sale.nights,
            paid: sale.price,
            list: lists[at] ?? sale.price,
            fixed: means.get(`${sale.subject} ${sale.variant}`) ?? sale.price,
          },
        ],
  );
  const hotels = knownBefore(
    kept.map((sale) => ({ hotel: sale.subject, ...sale })),
    elasticityIn(model.manifest, 'hotel'),
  );
  const scenarios = CAPACITIES.flatMap((share) => TRUE_ELASTICITIES.map((elasticity) => ({ share, elasticity })));
  return scenarios.flatMap(({ share, elasticity }) => {
    const before: Before = { ...hotels, capacity: capacityOf(hotels, share) };
    const customers = customersOf(bookings, elasticity, SEED);
    const played = new Map(POLICIES.map((policy) => [policy, play(customers, before, policy)]));
    for (const [policy, { revenue, sold }] of played) {
      console.log(
        `  capacity p${share * 100}, elasticity ${elasticity}, ${policy}: ${Math.round(revenue)} EUR, ${sold} sold of ${customers.length} who asked`,
      );
    }
    const ours = played.get('optimised')?.revenue ?? Number.NaN;
    return (['fixed', 'historical', 'list'] as const).map((policy): Row => {
      const against = played.get(policy)?.revenue ?? Number.NaN;
      return {
        bench: `simulated revenue of the optimiser / ${policy} price, ${bookings.length} bookings made from ${HOLD_OUT_FROM} on, capacity at p${share * 100} of daily arrivals, true elasticity ${elasticity} (believed ${before.elasticity.value.toFixed(2)}, ${before.elasticity.lower.toFixed(2)} to ${before.elasticity.upper.toFixed(2)})`,
        ours: `${Math.round(ours)} EUR`,
        against: `${Math.round(against)} EUR`,
        ratio: ours / against,
        aim: 'told, no aim',
        met: true,
      };
    });
  });
};

const listPrices = async ({ onnx, manifest }: TrainedModel, rows: readonly PricedRow[]): Promise<Float64Array> => {
  const session = await openLocalModel(onnx);
  const { adr } = await session.run({
    features: encodeRows(
      manifest.features ?? [],
      rows.map(({ row }) => row),
    ),
  });
  await session.close();
  return Float64Array.from(rows, (_, row) => Number(adr?.data[row]));
};

/** From what lies before the hold-out alone. */
const knownBefore = (
  all: readonly (RealBookingDay & { readonly hotel: string })[],
  elasticity: Elasticity,
): Omit<Before, 'capacity'> => {
  const known = all.filter(({ date }) => date < HOLD_OUT_FROM);
  const byDay = new Map<string, RealBookingDay[]>();
  for (const one of known) {
    const key = `${one.hotel} ${one.date}`;
    byDay.set(key, [...(byDay.get(key) ?? []), one]);
  }
  const hotels = [...new Set(known.map(({ hotel }) => hotel))];
  const between = (hotel: string, from: string, until: string): number =>
    known.filter((one) => one.hotel === hotel && one.date >= from && one.date < until).length;
  return {
    lastYear: byDay,
    elasticity,
    growth: new Map(
      hotels.map((hotel) => [
        hotel,
        between(hotel, '2016-09-01', HOLD_OUT_FROM) /
          between(hotel, addDays('2016-09-01', -364), addDays(HOLD_OUT_FROM, -364)),
      ]),
    ),
  };
};

const capacityOf = ({ lastYear, growth }: Omit<Before, 'capacity'>, share: number): Before['capacity'] =>
  new Map(
    [...growth.keys()].map((hotel) => {
      const arrivals = [...lastYear].filter(([key]) => key.startsWith(`${hotel} `)).map(([, day]) => day.length);
      return [hotel, arrivals.sort((a, b) => a - b)[Math.floor(arrivals.length * share)] ?? 0];
    }),
  );

const meanBy = <T>(all: readonly T[], keyOf: (one: T) => string, numberOf: (one: T) => number) => {
  const sums = new Map<string, { sum: number; count: number }>();
  for (const one of all) {
    const { sum, count } = sums.get(keyOf(one)) ?? { sum: 0, count: 0 };
    sums.set(keyOf(one), { sum: sum + numberOf(one), count: count + 1 });
  }
  return new Map([...sums].map(([key, { sum, count }]) => [key, sum / count]));
};
