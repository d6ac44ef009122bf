import { openBookingFile } from '../../command-side/stays/import/booking-file.ts';
import { readBookingRow } from '../../command-side/stays/import/booking-row.ts';
import { decideHistory } from '../../command-side/stays/import/decide-history.ts';
import { HOTEL_DEMAND, stayIdOfRow } from '../../command-side/stays/import/import-hotel-history.ts';
import { stayHistory } from '../../command-side/stays/import/stay-history.ts';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';

/** The events that an import of a file of hotel bookings would append, as the log would give them, stay by stay. */
export async function* hotelEvents(path: string, tenant: string): AsyncIterable<RecordedEvent> {
  const file = await openBookingFile(path);
  let position = 0;
  for await (const { number, cells } of file.rows) {
    const read = readBookingRow(cells);
    if ('problem' in read) throw new Error(`row ${number}: ${read.problem.field} ${read.problem.reason}`);
    const stayId = stayIdOfRow(tenant, HOTEL_DEMAND, number);
    const past = stayHistory(read.row, stayId);
    if ('reason' in past) throw new Error(`row ${number}: ${past.field} ${past.reason}`);
    const decided = decideHistory(past, stayId, { tenant, actor: 'system:bench', correlationId: stayId });
    if ('reason' in decided) throw new Error(`row ${number}: ${decided.field} ${decided.reason}`);
    for (const [revision, event] of decided.entries()) {
      position += 1;
      yield { ...event, stream: `stay-${stayId}`, revision, position, recordedAt: event.time };
    }
  }
}
