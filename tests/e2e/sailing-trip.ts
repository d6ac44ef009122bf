import { randomId } from '../../contracts/ids.ts';
import type { DepartureView } from '../../contracts/views/departure.ts';
import type { ProductView } from '../../contracts/views/product.ts';
import { type Answer, type Caller, succeeded } from './conforming-client.ts';

/** Local date so many days from now. */
export const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

export const details = {
  internalName: 'Sailing at sunset',
  timeZone: 'Europe/Lisbon',
  availabilityType: 'START_TIME',
  currency: 'EUR',
  categories: ['boat-tours'],
  location: { title: 'Doca de Belém', city: 'Lisboa', country: 'PT', latitude: 38.695, longitude: -9.199 },
} as const;

export const option = {
  internalName: 'On the catamaran',
  cancellationCutoff: { amount: 1, unit: 'hour' },
  durationMinutes: 120,
  restrictions: {},
  units: [
    { id: 'adult', internalName: 'Adult', type: 'ADULT', restrictions: { minAge: 13 } },
    { id: 'child', internalName: 'Child', type: 'CHILD', restrictions: { maxAge: 12, accompaniedBy: ['adult'] } },
  ],
} as const;

export const prices = [
  { unitId: 'adult', original: 6000, retail: 5500, net: 4400 },
  { unitId: 'child', original: 3000, retail: 2500, net: 2000 },
] as const;

export const texts = {
  en: { title: 'Sailing trip at sunset', shortDescription: 'The estuary from a catamaran, with a glass of wine.' },
  es: {
    title: 'Paseo en velero al atardecer',
    shortDescription: 'El estuario desde un catamarán, con una copa de vino.',
  },
  pt: {
    title: 'Passeio de veleiro ao pôr do sol',
    shortDescription: 'O estuário visto de um catamarã, com um copo de vinho.',
  },
  fr: {
    title: 'Sortie en voilier au coucher du soleil',
    shortDescription: "L'estuaire depuis un catamaran, un verre à la main.",
  },
} as const;

/** The header under which a command answers how new a view must be to show it, as the one that a query takes it by. */
export const readAfter = (answer: Answer<unknown>): Readonly<Record<string, string>> => ({
  'x-read-after': answer.headers.get('x-consistency-token') ?? 'the command gave no token',
});

export interface Trip {
  readonly productId: string;
  readonly optionId: 'catamaran';
  /** Earliest first. */
  readonly departures: readonly DepartureView[];
}

/** A published product with departures in the coming days, one a day. */
export const offerTrip = async (
  owner: Caller,
  { capacity, days = 1 }: { readonly capacity: number | null; readonly days?: number },
): Promise<Trip> => {
  const created = await succeeded(
    owner.post<ProductView>('/v1/products', { ...details, internalName: `Trip ${randomId()}` }),
  );
  const productId = created.body.id;
  const path = `/v1/products/${productId}`;
  await succeeded(owner.put(`${path}/options/catamaran`, option));
  await succeeded(owner.put(`${path}/options/catamaran/prices`, { prices }));
  await succeeded(owner.put(`${path}/texts/en`, texts.en));
  await succeeded(owner.post(`${path}/publish`));
  const scheduled = await succeeded(
    owner.post('/v1/schedules', {
      productId,
      optionId: 'catamaran',
      timeZone: details.timeZone,
      availabilityType: 'START_TIME',
      recurrence: { from: inDays(3), until: inDays(2 + days), weekdays: [1, 2, 3, 4, 5, 6, 7] },
      startTimes: ['18:30'],
      durationMinutes: 120,
      capacity,
      cutoffMinutes: 60,
    }),
  );
  const { body } = await owner.get<{ items: DepartureView[] }>(
    `/v1/departures?productId=${productId}`,
    readAfter(scheduled),
  );
  return { productId, optionId: 'catamaran', departures: body.items };
};

/** The body of a booking of some adults on one departure. */
export const adults = ({ productId, optionId }: Trip, departure: DepartureView | undefined, count = 1) => ({
  productId,
  optionId,
  departureId: departure?.id,
  unitItems: Array.from({ length: count }, () => ({ unitId: 'adult' })),
});
