import type { CatalogueEvent, catalogueEvents } from '../../contracts/events/catalogue.ts';
import type { Occurred } from '../../contracts/events/define.ts';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import {
  applyToDemand,
  DEMAND_EVENTS,
  type DemandEvent,
  type DemandFacts,
} from '../../contracts/features/demand-facts.ts';
import type { Collector } from '../training/trainer.ts';
import type { DemandSubject } from './demand-examples.ts';
import { DemandLedger } from './demand-ledger.ts';
import { type SourceMarket, sourceMarkets } from './holiday-calendar.ts';
import { inCategories } from './in-categories.ts';

/** What the demand model learns from. */
export interface DemandData {
  readonly subjects: readonly DemandSubject[];
  readonly markets: readonly SourceMarket[];
  /** Day number of the last day that was over. */
  readonly knownUntil: number;
}

const CATALOGUE_EVENTS = [
  'product.created.v1',
  'product.details-changed.v1',
] as const satisfies (keyof typeof catalogueEvents)[];

/** The event types that the collector wants. */
export const COLLECTED_EVENTS: readonly string[] = [...DEMAND_EVENTS, ...CATALOGUE_EVENTS];

/** Category of the hotels, and of products that have none. */
export const HOTEL_CATEGORY = 'hotel';
export const OTHER_CATEGORY = 'product';

/** The last day that is over at an instant (UTC), as a day number. */
export const lastWholeDay = (instant: string): number => Math.floor((Date.parse(instant) + 1) / 86_400_000) - 1;

/** Takes the log of a tenant once and keeps what became known of demand, when, and where guests come from. */
export const collectDemand = (asOf: string): Collector<DemandData> => {
  const streams = new Map<string, DemandFacts>();
  const categories = new Map<string, string>();
  const countries = new Map<string, number>();
  const count = (country: string | null | undefined): void => {
    if (country) countries.set(country, (countries.get(country) ?? 0) + 1);
  };
  return {
    add: (recorded: RecordedEvent) => {
      const event = recorded as unknown as Occurred<DemandEvent | CatalogueEvent>;
      if (event.type === 'product.created.v1' || event.type === 'product.details-changed.v1') {
        const { productId, details } = event.data;
        categories.set(productId, details.categories[0] ?? OTHER_CATEGORY);
        count(details.location?.country);
        return;
      }
      if (event.type === 'stay.booked.v1') count(event.data.country);
      if (event.type === 'booking.placed.v1') count(event.data.contact.country);
      const facts = applyToDemand(streams.get(recorded.stream), event as Occurred<DemandEvent>);
      if (facts !== undefined) streams.set(recorded.stream, facts);
    },
    finish: () => ({
      subjects: inCategories(
        ledgersOf(streams.values()).map((ledger) => ({
          ledger,
          category:
            ledger.subjectKind === 'hotel' ? HOTEL_CATEGORY : (categories.get(ledger.subjectId) ?? OTHER_CATEGORY),
        })),
      ),
      markets: sourceMarkets(countries),
      knownUntil: lastWholeDay(asOf),
    }),
  };
};

/** Sorted, so that the order of the log plays no part. */
const ledgersOf = (streams: Iterable<DemandFacts>): readonly DemandLedger[] => {
  const ledgers = new Map<string, DemandLedger>();
  for (const { moves } of streams)
    for (const move of moves) {
      const key = `${move.subjectKind} ${move.subjectId}`;
      const ledger = ledgers.get(key) ?? new DemandLedger(move.subjectKind, move.subjectId);
      ledgers.set(key, ledger);
      ledger.add(move);
    }
  return [...ledgers].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, ledger]) => ledger);
};

/** First day of any subject, as a day number. */
export const firstDayOf = ({ subjects, knownUntil }: DemandData): number =>
  subjects.reduce((first, { ledger }) => Math.min(first, ledger.firstDay(knownUntil) ?? knownUntil), knownUntil);
