import { type Config, ConfigError, readConfig } from '../infra/config/config.ts';
import { openDocuments } from '../infra/documents/open-documents.ts';
import { openEventBus } from '../infra/event-bus/open-event-bus.ts';
import { openEventStore } from '../infra/event-store/open-event-store.ts';
import { openSubjectKeys } from '../infra/personal-data/open-subject-keys.ts';
import { sealedEventBus } from '../infra/personal-data/sealed-event-bus.ts';
import { sealedEventStore } from '../infra/personal-data/sealed-event-store.ts';
import { openSearch } from '../infra/search/open-search.ts';
import { runCommand, UsageError } from '../infra/terminal/run-command.ts';
import { allProjections } from './all-projections.ts';
import { type AskedCommand, runViewCommand, ViewCommandError } from './run-view-command.ts';
import { createLiveViewsReader } from './runner/live-views-reader.ts';
import { ensureRunnerCollections, type RunnerOptions } from './runner/projection-runner.ts';
import { parkedStreams, viewStatuses } from './runner/view-status.ts';
import { parkedTable, viewTable } from './view-tables.ts';

const USAGE = `Looks after the views. Works beside a running platform and without one.

    npm run projections -- list                  how far each view is, what is being built, what is parked
    npm run projections -- rebuild VIEW          build it anew beside the live one, then switch to it
    npm run projections -- parked                streams of which an event could not be handled
    npm run projections -- retry VIEW STREAM     handle a parked stream again
    npm run projections -- discard VIEW STREAM   give up what waits of a parked stream

Views: ${allProjections.map(({ name }) => name).join(', ')}`;

type Asked = { readonly show: 'help' | 'list' | 'parked' } | AskedCommand;

const asked = (argv: readonly string[]): Asked => {
  const [command, view, stream, ...more] = argv;
  if (command === undefined || command === '--help' || command === '-h') return { show: 'help' };
  if (command === 'list' || command === 'parked') {
    if (view !== undefined) throw new UsageError(`${command} takes no argument`);
    return { show: command };
  }
  if (command !== 'rebuild' && command !== 'retry' && command !== 'discard')
    throw new UsageError(`there is no command ${command}`);
  const wanted = command === 'rebuild' ? 1 : 2;
  if ([view, stream, ...more].filter((given) => given !== undefined).length !== wanted || view === undefined)
    throw new UsageError(`${command} takes ${wanted === 1 ? 'VIEW' : 'VIEW and STREAM'}`);
  return { command, view, stream: stream ?? null };
};

const run = async (argv: readonly string[]): Promise<undefined> => {
  const what = asked(argv);
  if ('show' in what && what.show === 'help') {
    console.log(USAGE);
    return;
  }
  const { options, close } = await open(readConfig(process.env));
  try {
    if ('command' in what) console.log(await runViewCommand(options, what));
    else console.log(what.show === 'list' ? await list(options) : parkedTable(await parkedIn(options)));
  } finally {
    await close();
  }
};

const list = async ({ documents, eventStore, projections }: RunnerOptions): Promise<string> => {
  await ensureRunnerCollections(documents);
  const liveViews = await createLiveViewsReader(documents, projections);
  await liveViews.stop();
  return viewTable(await viewStatuses(projections, documents, eventStore, liveViews, Date.now()));
};

const parkedIn = async ({ documents }: RunnerOptions) => {
  await ensureRunnerCollections(documents);
  return parkedStreams(documents);
};

const open = async (
  config: Config,
): Promise<{ readonly options: RunnerOptions; readonly close: () => Promise<void> }> => {
  const { dataDir } = config;
  const at = (url: string | undefined) => (url === undefined ? { dataDir } : { url, dataDir });
  const documents = await openDocuments(at(config.documentsUrl));
  const search = await openSearch(at(config.searchUrl));
  const log = await openEventStore(at(config.eventStoreUrl));
  const bus = await openEventBus(at(config.eventBusUrl), log);
  const keys = await openSubjectKeys(at(config.documentsUrl));
  return {
    options: {
      projections: allProjections,
      documents,
      search,
      eventStore: sealedEventStore(log, keys),
      bus: sealedEventBus(bus, keys),
    },
    close: async () => {
      for (const opened of [bus, log, search, documents, keys]) await opened.close();
    },
  };
};

await runCommand(USAGE, () => run(process.argv.slice(2)), [ViewCommandError, ConfigError]);
