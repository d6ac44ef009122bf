import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { EventLogWriter } from './event-log-writer.ts';
import type { AppendRequest, FromWriter, ToWriter, WriterSettings } from './writer-messages.ts';

/** A transaction takes in no more than this, so that a flood of large appends does not hold up all for long. */
const GROUP_CHARACTERS = 16 * 1024 * 1024;

const port = parentPort;
if (port === null) throw new Error('writer.ts runs as a worker thread');
const send = (message: FromWriter): void => port.postMessage(message);

const open = (): EventLogWriter | undefined => {
  try {
    return new EventLogWriter(workerData as WriterSettings);
  } catch (error) {
    send({ kind: 'cannot-open', reason: error instanceof Error ? error.message : String(error) });
    port.close();
    return undefined;
  }
};

const writer = open();
if (writer !== undefined) {
  send({ kind: 'ready', head: writer.head });
  // Whatever came in while a commit was under way is taken in one go: the group of the next commit.
  port.on('message', (first: ToWriter) => {
    const group: AppendRequest[] = [];
    let characters = 0;
    let message: ToWriter | undefined = first;
    while (message !== undefined && message !== 'close') {
      for (const request of message) {
        group.push(request);
        for (const json of request[5]) characters += json.length;
      }
      message = characters < GROUP_CHARACTERS ? receiveMessageOnPort(port)?.message : undefined;
    }
    if (group.length > 0) {
      const outcomes = writer.commit(group);
      send({ kind: 'committed', head: writer.head, tickets: group.map(([ticket]) => ticket), outcomes });
    }
    if (message === 'close') {
      writer.close();
      port.close();
    }
  });
}
