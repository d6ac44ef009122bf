import { type Platform, signIn } from '../platform/start-platform.ts';

export interface BookableProduct {
  readonly productId: string;
  readonly departureIds: readonly string[];
  /** Headers of a JSON request with a staff credential. */
  readonly headers: Readonly<Record<string, string>>;
}

const DAYS = 64;
const MANY_SEATS = 1_000_000;

/** Creates a product with 64 departures of a million seats each through the API, as a client of the demo company would. */
export const createBookableProduct = async (platform: Platform): Promise<BookableProduct> =>
  bookableProduct(platform.origin, await signIn(platform));

/** The same for any company. @param token of a session that may write the catalogue */
export const bookableProduct = async (origin: string, token: string): Promise<BookableProduct> => {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const send = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${origin}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? {} : { ...JSON.parse(text), token: answer.headers.get('x-consistency-token') };
  };

  const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
  const created = await send('POST', '/v1/products', {
    internalName: 'Bench product',
    timeZone: 'Europe/Lisbon',
    availabilityType: 'START_TIME',
    currency: 'EUR',
  });
  const productId = String(created.id);
  const path = `/v1/products/${productId}`;
  await send('PUT', `${path}/options/standard`, {
    default: true,
    internalName: 'Standard',
    cancellationCutoff: { amount: 1, unit: 'hour' },
    durationMinutes: 60,
    restrictions: {},
    units: [{ id: 'adult', internalName: 'Adult', type: 'ADULT', restrictions: {} }],
  });
  await send('PUT', `${path}/options/standard/prices`, { prices: [{ unitId: 'adult', original: 2000, retail: 2000 }] });
  await send('PUT', `${path}/texts/en`, { title: 'Bench product' });
  await send('POST', `${path}/publish`);
  const scheduled = await send('POST', '/v1/schedules', {
    productId,
    optionId: 'standard',
    timeZone: 'Europe/Lisbon',
    availabilityType: 'START_TIME',
    recurrence: { from: day(2), until: day(1 + DAYS), weekdays: [1, 2, 3, 4, 5, 6, 7] },
    startTimes: ['10:00'],
    durationMinutes: 60,
    capacity: MANY_SEATS,
    cutoffMinutes: 0,
  });
  const list = await fetch(
    `${origin}/v1/departures?productId=${productId}&from=${day(2)}&to=${day(1 + DAYS)}&limit=200`,
    { headers: { ...headers, 'x-read-after': String(scheduled.token) } },
  );
  const { items } = (await list.json()) as { items: { id: string }[] };
  if (items.length !== DAYS) throw new Error(`expected ${DAYS} departures, got ${items.length}`);
  return { productId, departureIds: items.map(({ id }) => id), headers };
};

/** One booking request for each departure: two adults. */
export const bookingRequests = ({ productId, departureIds, headers }: BookableProduct) =>
  departureIds.map((departureId) => ({
    method: 'POST' as const,
    path: '/v1/bookings',
    headers,
    body: JSON.stringify({
      productId,
      optionId: 'standard',
      departureId,
      unitItems: [{ unitId: 'adult' }, { unitId: 'adult' }],
    }),
  }));
