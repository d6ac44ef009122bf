import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importHotelHistory } from '../../command-side/stays/import/import-hotel-history.ts';
import { stayDecider } from '../../command-side/stays/stay-decider.ts';
import type { Occurred } from '../../contracts/events/define.ts';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import type { StayEvent } from '../../contracts/events/stays.ts';
import { stayView } from '../../contracts/views/stay.ts';
import type { Projection } from '../../projections/runner/projection.ts';
import { type StayFacts, stayAnalytics } from '../../projections/stays/stay-analytics.ts';
import { stays } from '../../projections/stays/stays.ts';
import { cleanReplay, contentOf } from '../projections/clean-replay.ts';
import { openStage, type Stage } from '../projections/running-views.ts';

const sample = new URL('../../command-side/stays/import/sample/hotel-bookings-sample.csv.gz', import.meta.url).pathname;
const views = [stays, stayAnalytics] as unknown as readonly Projection[];

let stage: Stage;
let log: readonly RecordedEvent[];
let build: (view: string) => string;
beforeAll(async () => {
  stage = await openStage();
  const runner = stage.runner(views);
  await runner.start();
  // While the views follow: what they hold must not depend on how the import's events came in.
  await importHotelHistory({ eventStore: stage.eventStore, tenant: 'tenant-1', input: { file: sample } });
  const head = await stage.eventStore.headPosition();
  for (const { name } of views) expect(await runner.liveViews.waitFor(name, head, 20_000)).toBe(true);
  build = (view) => runner.liveViews.collection(view);
  log = await stage.log();
}, 60_000);
afterAll(() => stage.close());

describe('views of the stays', () => {
  it('equal a clean replay of the log, documents and cells alike', async () => {
    for (const view of views) {
      const content = await contentOf(stage.documents, view, build(view.name));
      expect(content).toEqual(cleanReplay(view, log));
      expect(Object.keys(content.documents)).toHaveLength(1_990);
    }
  });

  it('show each stay as the decider knows it from its stream', async () => {
    const states = new Map<string, ReturnType<typeof stayDecider.initial>>();
    for (const event of log) {
      const state = states.get(event.stream) ?? stayDecider.initial();
      states.set(event.stream, stayDecider.evolve(state, event as unknown as Occurred<StayEvent>));
    }
    for (const [stream, state] of states) {
      const document = await stage.documents.get(build('stays'), stream.replace('stay-', ''));
      expect(document).toEqual(state);
      expect(stayView.parse(document)).toEqual(document);
    }
  });

  it('hold in the facts for figures what the stays say', async () => {
    for await (const batch of stage.documents.scan<StayFacts>(build('stay-analytics'))) {
      for (const [id, facts] of batch) {
        const stay = stayView.parse(await stage.documents.get(build('stays'), id));
        const { arrivalDate, nights, adults, children, babies, adr } = stay.terms;
        expect(facts).toMatchObject({
          tenant: stay.tenant,
          arrivalDate,
          nights,
          adr,
          guests: adults + children + babies,
          bookedOn: stay.bookedAt.slice(0, 10),
          country: stay.country ?? 'unknown',
          outcome: stay.status === 'CANCELLED' || stay.status === 'NO_SHOW' ? stay.status : 'EXPECTED',
        });
      }
    }
  });
});
