import { parseArgs } from 'node:util';
import { runCommand, UsageError } from '../terminal/run-command.ts';
import { importSavedObjects, KibanaImportError } from './import-saved-objects.ts';
import { savedObjects, withIndexPrefix } from './saved-objects.ts';

const USAGE = `usage: npm run kibana:import -- URL [--space NAME] [--index-prefix PREFIX]
Puts data views and dashboards into Kibana 8.19 or later, in place of those with the same ids.
URL may hold user:password; KIBANA_API_KEY goes before it. PREFIX is that of the indexes, by default what SEARCH_URL says.`;

const prefixOf = (searchUrl: string | undefined): string =>
  searchUrl === undefined || !URL.canParse(searchUrl) ? '' : (new URL(searchUrl).searchParams.get('indexPrefix') ?? '');

const main = async (): Promise<undefined> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { space: { type: 'string' }, 'index-prefix': { type: 'string' } },
  });
  const [url, ...others] = positionals;
  if (url === undefined || others.length > 0 || !/^https?:/.test(url) || !URL.canParse(url)) {
    throw new UsageError('give one URL of Kibana');
  }
  const { KIBANA_API_KEY, SEARCH_URL } = process.env;
  const objects = withIndexPrefix(savedObjects(), values['index-prefix'] ?? prefixOf(SEARCH_URL));
  const count = await importSavedObjects(objects, {
    url,
    apiKey: KIBANA_API_KEY === '' ? undefined : KIBANA_API_KEY,
    space: values.space,
  });
  console.log(`${count} saved objects are in Kibana`);
};

await runCommand(USAGE, main, [KibanaImportError]);
