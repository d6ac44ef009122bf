import { openDocuments } from '../../../infra/documents/open-documents.ts';

/** Run as a process that is killed: commits 40 documents, a cell and a checkpoint, all with the same number, again and again. */
const [url = '', from = '0'] = process.argv.slice(2);
const documents = await openDocuments({ url, dataDir: '.', onWarning: () => undefined });
for (let n = Number(from) + 1; ; n += 1) {
  await documents.commit([
    ...Array.from({ length: 40 }, (_, at) => ({ collection: 'tours', id: `t${at}`, put: { n } })),
    { collection: 'tours.monthly', id: n % 2 === 0 ? 'even' : 'odd', put: { n } },
    { collection: 'tours.monthly', id: n % 2 === 0 ? 'odd' : 'even', remove: true },
    { collection: 'checkpoints', id: 'tours', put: { n } },
  ]);
  console.log(n);
}
