import { mkdir } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import closeWithGrace from 'close-with-grace';
import Koa from 'koa';
import mount from 'koa-mount';
import { createBookingService } from './command-side/bookings/booking-service.ts';
import { commandRoutes } from './command-side/command-routes.ts';
import { type DemoFile, seedDemoOnce } from './command-side/demo/seed-demo-once.ts';
import { createCommandHandling } from './command-side/handling/command-handling.ts';
import { createSnapshots } from './command-side/handling/snapshots.ts';
import { credentialSources } from './command-side/identity/credentials.ts';
import { octoCommandRoutes } from './command-side/octo/octo-booking-routes.ts';
import { startProcessManagers } from './command-side/process-managers/start-process-managers.ts';
import { startRelay } from './command-side/relay/relay.ts';
import { errorCatalogue } from './contracts/errors.ts';
import { octoError, octoErrorBody } from './contracts/octo/octo-error.ts';
import { authenticator } from './infra/auth/credentials.ts';
import { sessionSecret } from './infra/auth/session-secret.ts';
import { createSessions } from './infra/auth/sessions.ts';
import { type Config, ConfigError, readConfig } from './infra/config/config.ts';
import { openDocuments } from './infra/documents/open-documents.ts';
import { openEventBus } from './infra/event-bus/open-event-bus.ts';
import { openEventStore } from './infra/event-store/open-event-store.ts';
import { createApi } from './infra/http/api.ts';
import { concurrencyLimit } from './infra/http/concurrency-limit.ts';
import { docsRoutes } from './infra/http/docs-routes.ts';
import { httpMetrics } from './infra/http/http-metrics.ts';
import { type ErrorDialect, openApiDocument } from './infra/http/openapi.ts';
import { operationsRoutes } from './infra/http/operations-routes.ts';
import { rateLimits } from './infra/http/rate-limits.ts';
import { startServer } from './infra/http/server.ts';
import { withoutTrailingSlash } from './infra/http/without-trailing-slash.ts';
import { openJobs } from './infra/jobs/open-jobs.ts';
import { openSubjectKeys } from './infra/personal-data/open-subject-keys.ts';
import { sealedEventBus } from './infra/personal-data/sealed-event-bus.ts';
import { sealedEventStore } from './infra/personal-data/sealed-event-store.ts';
import { openSearch } from './infra/search/open-search.ts';
import { createLogger, flushLog, type Logger } from './infra/telemetry/logger.ts';
import { createMetrics } from './infra/telemetry/metrics.ts';
import { openTracing } from './infra/telemetry/tracing.ts';
import { allProjections } from './projections/all-projections.ts';
import { createLiveViewsReader } from './projections/runner/live-views-reader.ts';
import { createProjectionRunner } from './projections/runner/projection-runner.ts';
import { viewStatuses } from './projections/runner/view-status.ts';
import { createSearchFigures } from './query-side/catalogue/search-figures.ts';
import { octoQueryRoutes } from './query-side/octo/octo-routes.ts';
import { readiness } from './query-side/operations/readiness.ts';
import { viewMetrics } from './query-side/operations/view-metrics.ts';
import { queryRoutes } from './query-side/query-routes.ts';

// V8 lets garbage grow to several times what lives before it collects. Measured after the hotel import: 365 MB in place of
// 550 MB, at no cost that shows beside the work.
setFlagsFromString('--heap-growing-percent=40');

const clock = () => new Date().toISOString();

const API_INFO = {
  title: 'Spirit Tours',
  version: '1',
  description: 'Commands and queries of a travel platform. Figures of money are integers in minor units.',
};

const OCTO_ERRORS: ErrorDialect = {
  contentType: 'application/json',
  schema: octoErrorBody,
  statusOf: (code) => octoError({ refused: code, detail: '', field: '' }, errorCatalogue[code].status).status,
};

/** What a person who runs the platform should read of, though it goes on. */
type OnWarning = (message: string, error?: unknown) => void;

/** Closes what was opened, in the opposite order. */
type OnClose = (step: () => Promise<void> | void) => void;

/** Opens the adapter of each port: the embedded one where no URL is given. */
const openPorts = async (config: Config, onWarning: OnWarning, onClose: OnClose) => {
  const { dataDir } = config;
  await mkdir(dataDir, { recursive: true });
  const at = (url: string | undefined) => (url === undefined ? { dataDir, onWarning } : { url, dataDir, onWarning });
  const closing = <T extends { close(): Promise<void> | void }>(port: T): T => {
    onClose(() => port.close());
    return port;
  };
  const keys = closing(await openSubjectKeys(at(config.documentsUrl)));
  const documents = closing(await openDocuments(at(config.documentsUrl)));
  const search = closing(await openSearch(at(config.searchUrl)));
  const jobs = closing(await openJobs(at(config.jobsUrl)));
  const sealedLog = closing(await openEventStore(at(config.eventStoreUrl)));
  const sealedBus = closing(await openEventBus(at(config.eventBusUrl), sealedLog));
  const eventStore = sealedEventStore(sealedLog, keys);
  return { keys, documents, search, jobs, sealedLog, sealedBus, eventStore, bus: sealedEventBus(sealedBus, keys) };
};

/** Starts the roles asked for. Resolves with what was opened when requests are served and the demo company is there. */
const startPlatform = async (config: Config, logger: Logger, onClose: OnClose) => {
  const plays = (role: Config['roles'][number]) => config.roles.includes(role);
  const onWarning: OnWarning = (message, error) => logger.warn({ err: error }, message);
  if (config.otlpEndpoint !== undefined) {
    const tracing = openTracing({ endpoint: config.otlpEndpoint });
    onClose(() => tracing.shutdown());
  }
  const ports = await openPorts(config, onWarning, onClose);
  const { documents, search, eventStore, bus } = ports;
  const { departureHorizonDays: horizonDays } = config;
  const snapshots = await createSnapshots(documents);
  const handling = createCommandHandling({ eventStore, snapshots, clock, onWarning });
  const bookings = createBookingService({ handling, clock, holdMinutes: config.holdMinutes });
  const sessions = createSessions(await sessionSecret(config.sessionSecret, config.dataDir), config.sessionHours);

  const liveViews = plays('projector')
    ? await startProjections({ projections: allProjections, documents, search, eventStore, bus, logger }, onClose)
    : await followProjections(documents, onWarning, onClose);
  if (plays('process-managers')) {
    const managers = await startProcessManagers({ ...ports, handling, bookings, clock, horizonDays, onWarning });
    onClose(() => managers.stop());
  }
  if (plays('relay')) {
    const relay = await startRelay({ eventStore: ports.sealedLog, bus: ports.sealedBus, onWarning });
    onClose(() => relay.stop());
  }

  let isUp = false;
  const metrics = createMetrics();
  viewMetrics(metrics, () => viewStatuses(allProjections, documents, eventStore, liveViews, Date.now()));
  const api = {
    authenticate: authenticator({ sessions, ...credentialSources(handling) }),
    logger,
    rateLimits: rateLimits(config.rateLimits),
    concurrency: concurrencyLimit(config.maxConcurrentRequests),
    maxBodyBytes: config.maxBodyBytes,
    metrics: httpMetrics(metrics),
  };
  const commands = plays('command-api') ? commandRoutes({ handling, bookings, sessions, clock, horizonDays }) : [];
  const octoCommands = plays('command-api') ? octoCommandRoutes({ bookings, handling, clock }) : [];
  const searchFigures =
    plays('query-api') && config.searchUrl !== undefined
      ? createSearchFigures({ search, clock, onWarning })
      : undefined;
  onClose(() => searchFigures?.close());
  const { readAfterTimeoutMs } = config;
  const reading = { documents, search, liveViews, eventStore, clock, readAfterTimeoutMs, searchFigures };
  const queries = plays('query-api') ? queryRoutes(reading) : [];
  const octoQueries = plays('query-api') ? octoQueryRoutes(reading) : [];
  const operations = operationsRoutes({
    readiness: readiness({ documents, eventStore, liveViews, clock, isUp: () => isUp }),
    metrics,
  });
  const document = openApiDocument(
    [...commands, ...queries, ...octoCommands, ...octoQueries, ...operations],
    API_INFO,
    (route) => (route.path.startsWith('/octo/') ? OCTO_ERRORS : undefined),
  );
  const octo = { ...api, errorFormat: octoError };
  const app = new Koa();
  app.use(withoutTrailingSlash('/octo'));
  app.use(mount('/', createApi({ ...api, routes: commands })));
  app.use(mount('/', createApi({ ...api, routes: queries })));
  app.use(mount('/', createApi({ ...octo, routes: octoCommands })));
  app.use(mount('/', createApi({ ...octo, routes: octoQueries })));
  app.use(
    mount('/', createApi({ authenticate: api.authenticate, logger, routes: [...operations, ...docsRoutes(document)] })),
  );
  const server = await startServer(app.callback(), config.host, config.port);
  onClose(() => server.close(config.shutdownSeconds * 1_000));
  onClose(() => {
    isUp = false;
  });

  const seeding = { handling, bookings, eventStore, dataDir: config.dataDir, baseUrl: config.publicUrl ?? server.url };
  const demo = config.seedDemo && plays('command-api') ? await seedDemoOnce(seeding) : undefined;
  isUp = true;
  return { url: server.url, demo };
};

const startProjections = async (options: Parameters<typeof createProjectionRunner>[0], onClose: OnClose) => {
  const runner = createProjectionRunner(options);
  await runner.start();
  onClose(() => runner.stop());
  return runner.liveViews;
};

const followProjections = async (
  documents: Parameters<typeof createLiveViewsReader>[0],
  onWarning: (message: string, error: unknown) => void,
  onClose: OnClose,
) => {
  const reader = await createLiveViewsReader(documents, allProjections, (error) =>
    onWarning('how far the views are could not be read', error),
  );
  onClose(() => reader.stop());
  return reader;
};

/** What a newcomer needs, on standard output. */
const welcome = (url: string, demo: DemoFile | undefined): string =>
  [
    '',
    `Spirit Tours is ready at ${url}`,
    `  API        ${url}/v1      read about it at ${url}/docs`,
    `  OCTO       ${url}/octo`,
    `  health     ${url}/health/ready      metrics ${url}/metrics`,
    ...(demo === undefined
      ? []
      : [`  sign in    ${demo.signIn.email} / ${demo.signIn.password}`, `  OCTO key   ${demo.octoApiKey}`]),
    '',
  ].join('\n');

const main = async (): Promise<void> => {
  const config = readConfig(process.env, process.argv.slice(2));
  const logger = createLogger(config.logLevel);
  const steps: Parameters<OnClose>[0][] = [];
  const close = async () => {
    for (const step of steps.splice(0).reverse()) await step();
  };
  closeWithGrace({ delay: (config.shutdownSeconds + 1) * 1_000, logger }, async ({ err, signal }) => {
    if (err !== undefined) logger.fatal({ err }, 'the platform ends because of an error that nobody caught');
    else logger.info({ signal }, 'the platform stops');
    await close();
    await flushLog(logger);
  });
  const { url, demo } = await startPlatform(config, logger, (step) => steps.push(step));
  console.log(welcome(url, demo));
};

main().catch((error: unknown) => {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exit(1);
});
