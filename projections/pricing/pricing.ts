import type { Occurred } from '../../contracts/events/define.ts';
import { idOf } from '../../contracts/events/envelope.ts';
import { type PricingEvent, pricingEvents } from '../../contracts/events/pricing.ts';
import { applyPricingEvent } from '../../contracts/pricing/pricing-fold.ts';
import type { PricingView } from '../../contracts/views/pricing.ts';
import type { Projection } from '../runner/projection.ts';

/** The prices of each product and hotel: its rule, and what was decided about proposals for days to come. */
export const pricing: Projection<PricingView> = {
  name: 'pricing',
  version: 1,
  handles: Object.keys(pricingEvents),
  indexes: [{ fields: ['tenant', 'hasRule'] }],
  key: (event) => idOf(event.stream),
  // The runner gives only the types of `handles`, in their newest version.
  evolve: (view, event) => applyPricingEvent(view, event as unknown as Occurred<PricingEvent>),
};
