/**
 * Appends to a few streams without end and prints each acknowledgement: `tsx appending-process.ts DATA_DIR`.
 * A line is `stream revision id,id,...`; it is killed by its parent.
 */
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { openEventStore } from '../../../infra/event-store/open-event-store.ts';
import { anEvent } from '../../contracts/event-store/sample-events.ts';

const [dataDir = ''] = process.argv.slice(2);
const store = await openEventStore({ dataDir });
writeSync(1, 'open\n');

const appendForEver = async (client: number): Promise<void> => {
  for (let n = 0; ; n++) {
    const stream = n % 4 === 0 ? `booking-${randomUUID()}` : `departure-${client % 3}`;
    // The length of the text is repeated beside it, so that a torn event would show.
    const text = 'x'.repeat(1 + Math.floor(Math.random() * 3_000));
    const events = Array.from({ length: 1 + (n % 3) }, () => anEvent({ data: { text, length: text.length } }));
    const result = await store.append(stream, 'any', events);
    if (result.appended) writeSync(1, `${stream} ${result.revision} ${events.map(({ id }) => id).join(',')}\n`);
  }
};

await Promise.all(Array.from({ length: 16 }, (_, client) => appendForEver(client)));
