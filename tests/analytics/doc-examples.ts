import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Db, Document } from 'mongodb';

export interface Example {
  readonly title: string;
  readonly code: string;
  /** What the document says that it prints. */
  readonly printed: readonly Document[];
}

const file = fileURLToPath(new URL('../../docs/analytics.md', import.meta.url));

/** The block that defines what the examples use, and the examples: a heading, a `js` block and the `json` that it prints. */
export const readExamples = (): { readonly setup: string; readonly examples: readonly Example[] } => {
  const text = readFileSync(file, 'utf8');
  const [, setup = ''] = /```js\n([\s\S]*?)```/.exec(text) ?? [];
  const pattern = /^### (.+)\n[\s\S]*?```js\n([\s\S]*?)```\s+```json\n([\s\S]*?)```/gm;
  return {
    setup,
    examples: [...text.matchAll(pattern)].map(([, title = '', code = '', json = '']) => ({
      title,
      code,
      printed: JSON.parse(json) as Document[],
    })),
  };
};

/**
 * Runs a block as mongosh does, which awaits by itself what the driver promises: so the few records that examples look up on
 * the way are read beforehand.
 */
export const runExample = async (db: Db, setup: string, code: string): Promise<readonly Document[]> => {
  const views = await db.collection<{ _id: string }>('views').find().toArray();
  const collection = (name: string) => ({
    findOne: ({ _id }: { _id: string }) => (name === 'views' ? views.find((view) => view._id === _id) : undefined),
    aggregate: (pipeline: Document[]) => db.collection(name).aggregate(pipeline).toArray(),
    getName: () => name,
  });
  const shell = new Proxy({}, { get: (_, name) => (name === 'getCollection' ? collection : collection(String(name))) });
  return new Function('db', `${setup}\nreturn ${code.trim().replace(/;$/, '')};`)(shell) as Promise<Document[]>;
};
