import { expect, it } from 'vitest';
import { openSearch } from '../../../infra/search/open-search.ts';
import { searchContract } from './search-contract.ts';

searchContract('SQLite', (dataDir) => openSearch({ dataDir }));

it('refuses a search engine it does not know by its scheme, without showing the rest of the URL', async () => {
  const opening = openSearch({ url: 'solr://user:secret@127.0.0.1/x', dataDir: '/tmp' });
  await expect(opening).rejects.toThrow(/^SEARCH_URL: .*solr:(?!.*secret)/);
});
