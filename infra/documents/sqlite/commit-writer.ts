import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { type Commit, DocumentWriter } from './document-writer.ts';

const port = parentPort;
if (port === null) throw new Error('commit-writer.ts runs as a worker thread');

const writer = new DocumentWriter((workerData as { file: string }).file);
port.postMessage('ready');
// What came in while a transaction was under way goes into the next one together.
port.on('message', (first: readonly Commit[] | 'close') => {
  const commits: Commit[] = [];
  let message: typeof first | undefined = first;
  while (message !== undefined && message !== 'close') {
    commits.push(...message);
    message = receiveMessageOnPort(port)?.message as typeof first | undefined;
  }
  if (commits.length > 0) port.postMessage(writer.write(commits));
  if (message === 'close') {
    writer.close();
    port.close();
  }
});
