import { randomUUID } from 'node:crypto';
import { describe } from 'vitest';
import { openSearch } from '../../../infra/search/open-search.ts';
import { engineUrl } from '../../engines/engine-urls.ts';
import { searchContract } from './search-contract.ts';

const url = engineUrl('SEARCH_URL');

describe.runIf(url !== undefined)('on the engine that is up', () => {
  const own = new URL(url ?? 'http://127.0.0.1');
  own.searchParams.set('indexPrefix', `contract-${randomUUID().slice(0, 8)}-`);
  searchContract('Elasticsearch', (dataDir) => openSearch({ url: own.href, dataDir }));
});
