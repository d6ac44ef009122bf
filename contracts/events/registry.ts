import type { z } from 'zod';
import { bookingEvents } from './bookings.ts';
import { catalogueEvents } from './catalogue.ts';
import { departureEvents } from './departures.ts';
import { embeddingEvents } from './embeddings.ts';
import { identityEvents } from './identity.ts';
import { modelEvents } from './models.ts';
import { predictionEvents } from './predictions.ts';
import { pricingEvents } from './pricing.ts';
import { stayEvents } from './stays.ts';

/** Every event type and version ever written, with the schema of its data. Nothing is ever removed from here. */
export const eventSchemas: Readonly<Record<string, z.ZodType>> = {
  ...catalogueEvents,
  ...departureEvents,
  ...bookingEvents,
  ...stayEvents,
  ...identityEvents,
  ...modelEvents,
  ...predictionEvents,
  ...pricingEvents,
  ...embeddingEvents,
};

/** One step from an old shape to the next version. Chains run until no upcaster takes the type. */
export type Upcaster = (data: unknown) => { readonly type: string; readonly data: unknown };

/** Old type -> the step that lifts it. Empty as long as every type is at its first version. */
export const upcasters: Readonly<Record<string, Upcaster>> = {};

/**
 * The event in its newest version. The stored event stays as it was written.
 * @throws Error when the chain of upcasters does not end (a bug in the registry).
 */
export const upcast = <E extends { readonly type: string; readonly data: unknown }>(
  event: E,
  steps: Readonly<Record<string, Upcaster>> = upcasters,
): E => {
  let current = event;
  for (let step = steps[current.type], hops = 0; step !== undefined; step = steps[current.type], hops++) {
    if (hops > 100) throw new Error(`upcasters of ${event.type} do not end`);
    current = { ...current, ...step(current.data) };
  }
  return current;
};
