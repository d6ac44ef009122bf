import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import type { PredictionEvent } from '../../contracts/events/predictions.ts';
import type { PricingEvent } from '../../contracts/events/pricing.ts';
import { deterministicId } from '../../contracts/ids.ts';
import type { EventBus } from '../../infra/event-bus/event-bus.ts';
import type { CommandMeta } from '../handling/handle.ts';
import type { PriceProposals } from '../pricing/price-proposals.ts';
import type { ProcessManager } from './process-manager.ts';

export interface PriceApplicationDependencies {
  readonly bus: EventBus;
  readonly proposals: Pick<PriceProposals, 'accept' | 'apply'>;
}

/**
 * Accepts the proposals that an operator's rule lets be applied without a click, and gives departures the prices whose acceptance
 * was recorded just before a crash. Each command's id follows from its event, and what no longer fits is refused by the deciders,
 * so a redelivery, or a proposal heard of late, changes nothing.
 */
export const startPriceApplication = ({ bus, proposals }: PriceApplicationDependencies): ProcessManager => {
  const consumer = bus.consume({
    group: 'process-manager-price-application',
    topics: ['spirit.prediction', 'spirit.price'],
    onBatch: async ({ events }) => {
      for (const event of events as readonly (RecordedEvent & (PredictionEvent | PricingEvent))[]) {
        if (event.type === 'price.proposed.v1' && event.data.autoApply && event.data.proposed !== event.data.current) {
          await proposals.accept(event.data.proposalId, 'rule', metaFor(event));
        }
        if (event.type === 'price.proposal-accepted.v1') await proposals.apply(event.data, metaFor(event));
      }
    },
  });
  return { stop: () => consumer.stop() };
};

const metaFor = ({ id, tenant, correlationId }: RecordedEvent): CommandMeta => ({
  commandId: deterministicId('price-application', id),
  tenant,
  actor: 'system:price-application',
  correlationId,
});
