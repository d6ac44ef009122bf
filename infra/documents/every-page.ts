import { setImmediate } from 'node:timers/promises';
import type { Documents, FindOptions } from './documents.ts';

/** All that a query finds, page by page. For answers made of many documents; other requests get their turn between pages. */
export async function* everyPage<T extends object>(
  documents: Documents,
  collection: string,
  options: Pick<FindOptions, 'filter' | 'sort'>,
  pageSize = 5_000,
): AsyncGenerator<readonly T[]> {
  let after: string | undefined;
  do {
    const page = await documents.find<T>(collection, {
      ...options,
      limit: pageSize,
      ...(after === undefined ? {} : { after }),
    });
    yield page.items;
    after = page.next;
    if (after !== undefined) await setImmediate();
  } while (after !== undefined);
}
