import type { Bench } from '../report.ts';
import { endToEnd } from './end-to-end.ts';
import { busOnKafka } from './event-bus.ts';
import { benchEventStore } from './event-store.ts';
import { jobsOnRedis } from './jobs.ts';
import { projectorsBench } from './projectors.ts';
import { searchOnElasticsearch } from './search.ts';

/** What the engines cost: each adapter against the bare client doing the same work, then everything together. */
export const engineBenches = (): readonly Bench[] => [
  { name: 'engines/event-store', run: benchEventStore },
  { name: 'engines/event-bus', run: busOnKafka },
  { name: 'engines/search', run: searchOnElasticsearch },
  { name: 'engines/jobs', run: jobsOnRedis },
  { name: 'engines/projectors', run: projectorsBench },
  { name: 'engines/end-to-end', run: endToEnd },
];
