import type { Bench } from '../report.ts';
import { projectionOnMongodb } from './documents.ts';
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
  { name: 'engines/documents', run: projectionOnMongodb },
  { name: 'engines/search', run: searchOnElasticsearch },
  { name: 'engines/jobs', run: jobsOnRedis },
  { name: 'engines/projectors', run: projectorsBench },
  { name: 'engines/end-to-end', run: endToEnd },
];
