import type { DemandMeasure, DemandMove } from '../../contracts/features/demand-facts.ts';
import type { ProductView } from '../../contracts/views/product.ts';
import type { Document, FindOptions } from '../../infra/documents/documents.ts';
import type { PredictorContext } from '../predicting/predictor.ts';
import { HOTEL_CATEGORY, OTHER_CATEGORY } from './collect-demand.ts';
import { dateOf } from './day-number.ts';
import { DemandLedger } from './demand-ledger.ts';

const VIEW = 'demand-features';
const PRODUCTS = 'products';
/** The views that hold what is forecast from. */
export const DEMAND_VIEWS = [VIEW, PRODUCTS];

/** Days back that are read: the longest past that features look at. */
const PAST = 3 * 365;
const AHEAD = 90;
const PAGE = 1_000;

/** What is forecast: a hotel that was ever booked, or a published product. */
export interface ForecastSubject extends Pick<DemandMove, 'subjectKind' | 'subjectId'> {
  readonly category: string;
}

type Context = Pick<PredictorContext, 'documents' | 'collection'>;

async function* pages<T extends object>(
  { documents }: Context,
  collection: string,
  options: FindOptions,
): AsyncIterable<readonly T[]> {
  let after: string | undefined;
  do {
    const page = await documents.find<T>(collection, {
      ...options,
      limit: PAGE,
      ...(after === undefined ? {} : { after }),
    });
    yield page.items;
    after = page.next;
  } while (after !== undefined);
}

/** Hotels first, each kind by id. */
export const forecastSubjects = async (context: Context, tenant: string): Promise<readonly ForecastSubject[]> => {
  const subjects: ForecastSubject[] = [];
  const seen = context.collection(VIEW, 'subjects');
  for await (const page of pages<ForecastSubject>(context, seen, { filter: { tenant, subjectKind: 'hotel' } }))
    for (const { subjectId } of page) subjects.push({ subjectKind: 'hotel', subjectId, category: HOTEL_CATEGORY });
  const products = context.collection(PRODUCTS);
  for await (const page of pages<ProductView>(context, products, { filter: { tenant, published: true } }))
    for (const { id, details } of page)
      subjects.push({ subjectKind: 'product', subjectId: id, category: details.categories[0] ?? OTHER_CATEGORY });
  return subjects;
};

/** What became known of a subject up to an origin (a day number), of three years before it and the days that are forecast. */
export const readLedger = async (
  context: Context,
  tenant: string,
  { subjectKind, subjectId }: Pick<ForecastSubject, 'subjectKind' | 'subjectId'>,
  origin: number,
): Promise<DemandLedger> => {
  const ledger = new DemandLedger(subjectKind, subjectId);
  const date = { $gte: dateOf(origin - PAST), $lte: dateOf(origin + AHEAD) };
  const filter = { tenant, subjectKind, subjectId, date };
  for await (const page of pages<Document>(context, context.collection(VIEW, 'days'), { filter, sort: [['date', 1]] }))
    for (const day of page) addDay(ledger, day);
  return ledger;
};

const addDay = (ledger: DemandLedger, day: Document): void => {
  for (const [name, amount] of Object.entries(day)) {
    const [measure, lead] = name.split(':');
    if (lead === undefined || typeof amount !== 'number' || amount === 0) continue;
    ledger.add({ date: String(day.date), measure: measure as DemandMeasure, lead: Number(lead), amount });
  }
};
