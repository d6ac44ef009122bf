import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { schemeOf } from '../url-scheme.ts';
import { ElasticsearchSearch } from './elasticsearch/elasticsearch-search.ts';
import type { Search } from './search.ts';
import { SqliteSearch } from './sqlite/sqlite-search.ts';

/**
 * Opens the search engine that the URL names; without one, the embedded engine in `<dataDir>/search.db`.
 * @throws Error naming SEARCH_URL when its scheme is not known.
 */
export const openSearch = async (config: {
  readonly url?: string | undefined;
  readonly dataDir: string;
}): Promise<Search> => {
  const scheme = config.url === undefined || config.url === '' ? undefined : schemeOf(config.url);
  if (config.url !== undefined && (scheme === 'http:' || scheme === 'https:'))
    return new ElasticsearchSearch(config.url);
  if (scheme !== undefined)
    throw new Error(`SEARCH_URL: no search engine for ${scheme}; leave it unset for the embedded one`);
  mkdirSync(config.dataDir, { recursive: true });
  return new SqliteSearch(join(config.dataDir, 'search.db'));
};
