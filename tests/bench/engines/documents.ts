import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { openDocuments } from '../../../infra/documents/open-documents.ts';
import { mongodb } from '../../../infra/engines/mongodb.ts';
import { startEngine } from '../../../infra/engines/start-engine.ts';
import { inDatabase } from '../../engines/mongodb-databases.ts';
import type { Row } from '../report.ts';

const DOCUMENTS = 200;
const ROUNDS = 12;
const AIM = 0.6;

const ids = Array.from({ length: DOCUMENTS }, (_, at) => `0198c0de-0000-7000-8000-${String(at).padStart(12, '0')}`);
/** About 1 kB, as a booking. */
const documentOf = (id: string, round: number) => ({
  id,
  tenant: 'spirit-tours',
  status: 'CONFIRMED',
  createdAt: '2026-03-01T09:30:00.000Z',
  round,
  pricing: { original: 12_500, retail: 12_500, net: 10_000, currency: 'EUR', includedTaxes: [] },
  unitItems: Array.from({ length: 3 }, (_, at) => ({
    id: `${id}-${at}`,
    unitId: 'adult',
    paxCount: 1,
    ticketCode: null,
  })),
  notes: 'x'.repeat(400),
});
const checkpointOf = (round: number) => ({ build: 'bookings.v1-1', partition: null, position: round * DOCUMENTS });

type Work = (round: number) => Promise<void>;

/**
 * What a projection does with a batch, through our adapter on MongoDB, against the bare driver: writing the same documents
 * without reading, checkpoint or transaction, and doing all of it. In turns, the best turn of each.
 */
export const projectionOnMongodb = async (): Promise<readonly Row[]> => {
  const dir = await mkdtemp(join(tmpdir(), 'bench-'));
  const server = await startEngine(mongodb, { dir });
  const documents = await openDocuments({ url: inDatabase(server.url, 'ours'), dataDir: dir });
  const client = await MongoClient.connect(inDatabase(server.url, 'bare'), { writeConcern: { w: 'majority' } });
  const bare = (name: string) => client.db().collection<{ _id: string }>(name);
  const replacements = (round: number) =>
    ids.map((id) => ({ replaceOne: { filter: { _id: id }, replacement: documentOf(id, round), upsert: true } }));

  const ours: Work = async (round) => {
    await documents.getMany('bookings', ids);
    await documents.commit([
      ...ids.map((id) => ({ collection: 'bookings', id, put: documentOf(id, round) })),
      { collection: 'checkpoints', id: 'bookings', put: checkpointOf(round) },
    ]);
  };
  const bulkWrite: Work = async (round) => {
    await bare('bulk').bulkWrite(replacements(round));
  };
  const everything: Work = async (round) => {
    await bare('bookings')
      .find({ _id: { $in: ids } })
      .toArray();
    await client.withSession((session) =>
      session.withTransaction(async () => {
        await bare('bookings').bulkWrite(replacements(round), { session });
        await bare('checkpoints').replaceOne({ _id: 'bookings' }, checkpointOf(round), { upsert: true, session });
      }),
    );
  };

  try {
    const sides = [ours, bulkWrite, everything];
    const best = sides.map(() => 0);
    for (let round = 0; round < ROUNDS; round += 1)
      for (const turn of sides.keys()) {
        const which = (round + turn) % sides.length;
        const begun = performance.now();
        await sides[which]?.(round);
        // The first round makes the collections.
        if (round > 0) best[which] = Math.max(best[which] ?? 0, (DOCUMENTS / (performance.now() - begun)) * 1_000);
      }
    const [mine = 0, bulk = 0, all = 0] = best;
    const row = (name: string, against: string, figure: number): Row => ({
      bench: `documents against SecantusDB: ${DOCUMENTS} read by id and written with a checkpoint in one transaction / ${name}`,
      ours: `${Math.round(mine)} documents/s`,
      against: `${against} ${Math.round(figure)} documents/s`,
      ratio: mine / figure,
      aim: `>= ${AIM}`,
      met: mine / figure >= AIM,
    });
    return [
      row('bulkWrite of the same without reading, checkpoint and transaction', 'bare bulkWrite', bulk),
      row('the same by the bare driver', 'bare driver', all),
    ];
  } finally {
    await documents.close();
    await client.close();
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  }
};
