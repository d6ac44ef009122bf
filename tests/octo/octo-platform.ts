import Koa from 'koa';
import { createBookingService } from '../../command-side/bookings/booking-service.ts';
import { type ProductCommand, productDecider } from '../../command-side/catalogue/product-decider.ts';
import { demoProducts } from '../../command-side/demo/demo-products.ts';
import { departureDecider } from '../../command-side/departures/departure-decider.ts';
import { departuresOf } from '../../command-side/departures/recurrence.ts';
import { createCommandHandling } from '../../command-side/handling/command-handling.ts';
import type { CommandHandling } from '../../command-side/handling/handle.ts';
import { tenantDecider } from '../../command-side/identity/tenant-decider.ts';
import { octoCommandRoutes } from '../../command-side/octo/octo-booking-routes.ts';
import { isRejection } from '../../contracts/decider.ts';
import { option, price, productDetails, productTexts } from '../../contracts/events/catalogue.ts';
import { scheduleDetails } from '../../contracts/events/departures.ts';
import { octoError } from '../../contracts/octo/octo-error.ts';
import type { Principal } from '../../contracts/policy.ts';
import { LOCALES } from '../../contracts/texts.ts';
import { createApi } from '../../infra/http/api.ts';
import { mustConform } from '../../infra/http/conformance.ts';
import { startServer } from '../../infra/http/server.ts';
import { withoutTrailingSlash } from '../../infra/http/without-trailing-slash.ts';
import { createLogger } from '../../infra/telemetry/logger.ts';
import { bookings as bookingsView } from '../../projections/bookings/bookings.ts';
import { products } from '../../projections/catalogue/products.ts';
import { departures } from '../../projections/departures/departures.ts';
import { tenants } from '../../projections/identity/users.ts';
import type { Projection } from '../../projections/runner/projection.ts';
import { octoQueryRoutes } from '../../query-side/octo/octo-routes.ts';
import { otherReseller, reseller, sales, sent, stranger, TENANT } from '../bookings/tour-company.ts';
import { openStage, until } from '../projections/running-views.ts';

/** Who asks, by what stands behind `Bearer `. */
const callers: Readonly<Record<string, Principal>> = { reseller, otherReseller, sales, stranger };

export interface OctoAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: the schemas of the standard say what is in it; tests hold it to them.
  readonly body: any;
}

export interface OctoPlatform {
  /** The instant that everything happens at; ISO 8601. */
  now: string;
  readonly bookings: ReturnType<typeof createBookingService>;
  /** Sends a request. A header that is empty is not sent. */
  call(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<OctoAnswer>;
  /** Waits until the views show all that was written. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** The demo company's products with departures from 1 to 3 July 2026, served under /octo on embedded engines. */
export const openOctoPlatform = async (): Promise<OctoPlatform> => {
  const stage = await openStage();
  const platform = { now: '2026-06-15T12:00:00.000Z' };
  const clock = () => platform.now;
  const { eventStore, documents, search } = stage;
  const handling = createCommandHandling({
    eventStore,
    snapshots: undefined,
    clock,
    onWarning: (message, error) => {
      throw new Error(message, { cause: error });
    },
  });
  const service = createBookingService({ handling, clock });
  await sellDemoProducts(handling);

  const views = [products, departures, bookingsView, tenants] as unknown as Projection[];
  const runner = stage.runner(views);
  await runner.start();
  const { liveViews } = runner;
  const common = {
    authenticate: async (authorization: string | undefined) => callers[authorization?.slice('Bearer '.length) ?? ''],
    logger: createLogger('error'),
    errorFormat: octoError,
    onReply: mustConform,
  };
  const app = new Koa();
  app.use(withoutTrailingSlash('/octo'));
  const commandRoutes = octoCommandRoutes({ bookings: service, handling, clock });
  const queryRoutes = octoQueryRoutes({ documents, search, liveViews, eventStore, clock });
  for (const routes of [commandRoutes, queryRoutes]) {
    for (const middleware of createApi({ ...common, routes }).middleware) app.use(middleware);
  }
  const server = await startServer(app.callback(), '127.0.0.1', 0);

  return Object.assign(platform, {
    bookings: service,
    call: async (
      method: string,
      path: string,
      body?: unknown,
      headers: Readonly<Record<string, string>> = {},
    ): Promise<OctoAnswer> => {
      const sentHeaders = { authorization: 'Bearer reseller', 'content-type': 'application/json', ...headers };
      const response = await fetch(`${server.url}/octo${path}`, {
        method,
        headers: Object.entries(sentHeaders).filter(([, value]) => value !== ''),
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
    },
    settled: async () => {
      const head = await eventStore.headPosition();
      await until(() => views.every(({ name }) => liveViews.reached(name) >= head));
    },
    close: async () => {
      await server.close(100);
      await stage.close();
    },
  });
};

const sellDemoProducts = async (handling: CommandHandling): Promise<void> => {
  const meta = () => ({ ...sent(), tenant: TENANT, actor: 'user:owner' });
  const done = async (outcome: Promise<object>) => {
    const result = await outcome;
    if (isRejection(result)) throw new Error(`${result.rejected}: ${result.detail}`);
  };
  const facts = { tenantId: TENANT, name: 'Spirit Tours', country: 'PT', contactEmail: 'hello@demo.example' };
  await done(handling.handle(tenantDecider, TENANT, { type: 'register-tenant', facts }, meta(), () => undefined));
  for (const { slug, details, option: sold, prices, texts, schedule } of demoProducts) {
    const send = (command: ProductCommand) =>
      done(handling.handle(productDecider, slug, command, meta(), () => undefined));
    const parsed = productDetails.parse(details);
    await send({ type: 'create-product', productId: slug, details: parsed });
    await send({ type: 'set-option', option: option.parse(sold) });
    await send({ type: 'set-prices', optionId: sold.id, prices: price.array().parse(prices) });
    for (const locale of LOCALES) {
      await send({ type: 'describe', locale, texts: productTexts.parse(texts[locale]) });
    }
    // One stays a draft.
    if (slug !== 'cave-kayak') await send({ type: 'publish' });
    const { weekdays, ...times } = schedule;
    const scheduled = scheduleDetails.parse({
      ...times,
      productId: slug,
      optionId: sold.id,
      timeZone: parsed.timeZone,
      availabilityType: parsed.availabilityType,
      durationMinutes: sold.durationMinutes,
      recurrence: { from: '2026-06-15', until: '2026-07-03', weekdays },
    });
    for (const departure of departuresOf(scheduled, '2026-07-01', '2026-07-03')) {
      const command = { type: 'schedule-departure', facts: departure } as const;
      await done(handling.handle(departureDecider, departure.departureId, command, meta(), () => undefined));
    }
  }
};
