import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importHotelHistory } from '../../command-side/stays/import/import-hotel-history.ts';
import { stayDecider } from '../../command-side/stays/stay-decider.ts';
import type { Occurred } from '../../contracts/events/define.ts';
import type { StayEvent } from '../../contracts/events/stays.ts';
import { stayView } from '../../contracts/views/stay.ts';
import type { EventStore } from '../../infra/event-store/event-store.ts';
import { openEventStore } from '../../infra/event-store/open-event-store.ts';
import { stayAnalytics } from '../../projections/stays/stay-analytics.ts';
import { stays } from '../../projections/stays/stays.ts';
import { foldView } from './fold-view.ts';

const sample = new URL('../../command-side/stays/import/sample/hotel-bookings-sample.csv.gz', import.meta.url).pathname;

let dataDir: string;
let eventStore: EventStore;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'stay-views-'));
  eventStore = await openEventStore({ dataDir });
  await importHotelHistory({ eventStore, tenant: 'tenant-1', input: { file: sample } });
});
afterAll(async () => {
  await eventStore.close();
  rmSync(dataDir, { recursive: true });
});

describe('views of the stays', () => {
  it('show each stay as the decider knows it from a clean replay of its stream', async () => {
    const documents = await foldView(stays, eventStore);
    expect(documents.size).toBe(1_990);
    for (const [id, document] of documents) {
      let state = stayDecider.initial();
      for await (const batch of eventStore.readStream(`stay-${id}`)) {
        for (const event of batch) state = stayDecider.evolve(state, event as unknown as Occurred<StayEvent>);
      }
      expect(document).toEqual(state);
      expect(stayView.parse(document)).toEqual(document);
    }
  });

  it('hold in the facts for figures what the stays say', async () => {
    const facts = await foldView(stayAnalytics, eventStore);
    for (const [id, stay] of await foldView(stays, eventStore)) {
      const { arrivalDate, nights, adults, children, babies, adr } = stay.terms;
      const missing = stay.status === 'CANCELLED' || stay.status === 'NO_SHOW';
      expect(facts.get(id)).toMatchObject({
        tenant: stay.tenant,
        arrivalDate,
        nights,
        adr,
        guests: adults + children + babies,
        bookedOn: stay.bookedAt.slice(0, 10),
        country: stay.country ?? 'unknown',
        outcome: missing ? stay.status : 'EXPECTED',
      });
    }
  });
});
