import { fileURLToPath } from 'node:url';
import { isRejection, type Rejection } from '../../contracts/decider.ts';
import { option, price, productDetails, productTexts } from '../../contracts/events/catalogue.ts';
import { scheduleDetails } from '../../contracts/events/departures.ts';
import { deterministicId } from '../../contracts/ids.ts';
import { addDays } from '../../contracts/local-date.ts';
import type { Principal } from '../../contracts/policy.ts';
import { LOCALES } from '../../contracts/texts.ts';
import { issueApiKey } from '../../infra/auth/api-key.ts';
import { hashPassword } from '../../infra/auth/passwords.ts';
import type { EventStore } from '../../infra/event-store/event-store.ts';
import type { BookingService } from '../bookings/booking-service.ts';
import { productDecider } from '../catalogue/product-decider.ts';
import type { DepartureFacts } from '../departures/departure-decider.ts';
import { planDepartures } from '../departures/plan-departures.ts';
import { departuresOf } from '../departures/recurrence.ts';
import { scheduleDecider } from '../departures/schedule-decider.ts';
import type { CommandHandling, CommandMeta, Handled } from '../handling/handle.ts';
import { apiKeyDecider } from '../identity/api-key-decider.ts';
import { tenantDecider } from '../identity/tenant-decider.ts';
import { type UserCommand, userDecider, userIdOf } from '../identity/user-decider.ts';
import { importHotelHistory } from '../stays/import/import-hotel-history.ts';
import { type DemoProduct, demoProducts } from './demo-products.ts';

const TENANT = deterministicId('tenant', 'spirit-tours-demo');
const EMAIL = 'owner@demo.example';
const SAMPLE = fileURLToPath(new URL('../stays/import/sample/hotel-bookings-sample.csv.gz', import.meta.url));
/** Departures are planned this far; the horizon process manager goes on from there. */
const PLANNED_DAYS = 120;
/** Days from the seed on which the sold-out departures are. */
const SOLD_OUT_DAY = 5;

/** What a newcomer needs to enter; written to DATA_DIR/demo.json. */
export interface DemoAccess {
  readonly tenant: string;
  readonly signIn: { readonly email: string; readonly password: string };
  readonly octoApiKey: string;
}

export interface SeedDependencies {
  readonly handling: CommandHandling;
  readonly bookings: BookingService;
  readonly eventStore: EventStore;
  /** Of the owner's account. */
  readonly password: string;
  /** ISO 8601 instant that counts as today: the same when a seed that was cut off is done again. */
  readonly today: string;
}

/**
 * Creates the demo company: its people, products, departures, bookings, and a sample of real hotel history.
 * Done again it only adds what is missing, but for the API key, which is new each time.
 * @throws Error when a command is refused: the demo data does not fit the rules.
 */
export const seedDemo = async (deps: SeedDependencies): Promise<DemoAccess> => {
  const { handling, eventStore, password } = deps;
  const facts = { tenantId: TENANT, name: 'Spirit Tours Demo', country: 'PT', contactEmail: EMAIL };
  await done(
    handling.handle(tenantDecider, TENANT, { type: 'register-tenant', facts }, meta('tenant'), () => undefined),
  );

  const userId = userIdOf(EMAIL);
  const known = await handling.read(userDecider, userId, (user) => user !== undefined);
  if (!known) {
    const passwordHash = await hashPassword(password);
    const user: UserCommand = {
      type: 'register-user',
      userId,
      email: EMAIL,
      name: 'Olivia Owner',
      roles: ['owner'],
      passwordHash,
    };
    await done(handling.handle(userDecider, userId, user, meta('owner'), () => undefined));
  }
  const octoApiKey = await issueKey(handling);

  for (const product of demoProducts) {
    const departures = await createProduct(deps, product);
    await sellOut(deps, product, departures);
    await sellSome(deps, product, departures);
  }
  await importHotelHistory({ eventStore, tenant: TENANT, input: { file: SAMPLE } });
  return { tenant: TENANT, signIn: { email: EMAIL, password }, octoApiKey };
};

const issueKey = async (handling: CommandHandling): Promise<string> => {
  const { keyId, key, secretHash } = issueApiKey();
  const command = {
    type: 'issue-api-key',
    apiKeyId: keyId,
    name: 'Demo reseller',
    role: 'reseller',
    secretHash,
    channel: 'octo',
  } as const;
  await done(handling.handle(apiKeyDecider, keyId, command, meta('api-key', keyId), () => undefined));
  return key;
};

/** The product, published, with the departures of its schedule. */
const createProduct = async (
  { handling, today }: SeedDependencies,
  product: DemoProduct,
): Promise<readonly DepartureFacts[]> => {
  const { slug, schedule } = product;
  const id = productIdOf(slug);
  const details = productDetails.parse(product.details);
  const send = (step: string, command: Parameters<typeof productDecider.decide>[0]) =>
    done(handling.handle(productDecider, id, command, meta(slug, step), () => undefined));

  await send('create', { type: 'create-product', productId: id, details });
  await send('option', { type: 'set-option', option: option.parse({ ...product.option, default: true }) });
  await send('prices', {
    type: 'set-prices',
    optionId: product.option.id,
    prices: price.array().parse(product.prices),
  });
  for (const locale of LOCALES) {
    await send(locale, { type: 'describe', locale, texts: productTexts.parse(product.texts[locale]) });
  }
  await send('publish', { type: 'publish' });

  const from = today.slice(0, 10);
  const { weekdays, ...times } = schedule;
  const scheduled = scheduleDetails.parse({
    ...times,
    productId: id,
    optionId: product.option.id,
    timeZone: details.timeZone,
    availabilityType: details.availabilityType,
    durationMinutes: product.option.durationMinutes,
    recurrence: { from, until: addDays(today.slice(0, 10), 730), weekdays },
  });
  const scheduleId = deterministicId('schedule', TENANT, slug);
  const create = { type: 'create-schedule', scheduleId, details: scheduled } as const;
  await done(handling.handle(scheduleDecider, scheduleId, create, meta(slug, 'schedule'), () => undefined));
  const until = addDays(today.slice(0, 10), PLANNED_DAYS);
  await planDepartures(handling, scheduleId, scheduled, from, until, meta(slug, 'departures'));
  return departuresOf(scheduled, from, until, scheduleId);
};

/** Books every seat of the departures that the product wants sold out. */
const sellOut = async (deps: SeedDependencies, product: DemoProduct, departures: readonly DepartureFacts[]) => {
  const day = addDays(deps.today.slice(0, 10), SOLD_OUT_DAY);
  for (const departure of departures) {
    const time = departure.localStart.slice(11, 16);
    if (departure.localDate !== day || !product.soldOut?.includes(time)) continue;
    for (let left = departure.capacity ?? 0; left > 0; left -= 4) {
      await sell(deps, product, departure, Math.min(4, left), `sold-out-${time}-${left}`);
    }
  }
};

/** A few confirmed bookings over the next two weeks, so that lists and figures have something to show. */
const sellSome = async (deps: SeedDependencies, product: DemoProduct, departures: readonly DepartureFacts[]) => {
  const open = departures.filter(
    ({ localDate }) =>
      localDate > addDays(deps.today.slice(0, 10), SOLD_OUT_DAY) && localDate <= addDays(deps.today.slice(0, 10), 14),
  );
  for (const [index, departure] of open.entries()) {
    if (index % 3 === 0) await sell(deps, product, departure, 1 + (index % 2), `some-${departure.departureId}`);
  }
};

const sell = async (
  { bookings }: SeedDependencies,
  product: DemoProduct,
  departure: DepartureFacts,
  pax: number,
  name: string,
): Promise<void> => {
  const bookingId = deterministicId('booking', TENANT, product.slug, name);
  const unitId = product.option.units[0]?.id ?? '';
  const placed = await bookings.place(
    staff,
    {
      bookingId,
      productId: departure.productId,
      optionId: departure.optionId,
      departureId: departure.departureId,
      unitItems: Array.from({ length: pax }, () => ({ unitId })),
    },
    meta(product.slug, name, 'place'),
  );
  refuseRejection(placed);
  const contact = { firstName: 'Dana', lastName: 'Demo', emailAddress: 'dana@demo.example', country: 'PT' };
  refuseRejection(await bookings.confirm(staff, { bookingId, contact }, meta(product.slug, name, 'confirm')));
};

const staff: Principal = { tenant: TENANT, actor: 'system:demo', roles: ['owner'], channel: 'direct' };

const productIdOf = (slug: string) => deterministicId('product', TENANT, slug);

const meta = (...step: readonly string[]): CommandMeta => {
  const commandId = deterministicId('demo', ...step);
  return { commandId, correlationId: commandId, tenant: TENANT, actor: staff.actor };
};

const done = async <R>(outcome: Promise<Handled<R> | Rejection>): Promise<void> => refuseRejection(await outcome);

const refuseRejection = (outcome: object): void => {
  if (isRejection(outcome)) throw new Error(`the demo data was refused: ${outcome.rejected}, ${outcome.detail}`);
};
