import type { Occurred } from '../../contracts/events/define.ts';
import {
  applyToDemand,
  DEMAND_EVENTS,
  type DemandEvent,
  type DemandFacts,
} from '../../contracts/features/demand-facts.ts';
import type { Contribution, Projection } from '../runner/projection.ts';

/** One cell a subject and day: what became known of it, by measure and lead (`booked:14`). At most some hundred numbers. */
const daysOf = ({ tenant, moves }: DemandFacts): readonly Contribution[] =>
  moves.map(({ subjectKind, subjectId, date, measure, lead, amount }) => ({
    key: JSON.stringify([tenant, subjectKind, subjectId, date]),
    dimensions: { tenant, subjectKind, subjectId, date },
    measures: { [`${measure}:${lead}`]: amount },
  }));

/** One cell a subject that was ever booked or offered. */
const subjectsOf = ({ tenant, moves }: DemandFacts): readonly Contribution[] => {
  const subjects = new Map(moves.map(({ subjectKind, subjectId }) => [`${subjectKind} ${subjectId}`, subjectKind]));
  return [...subjects].map(([name, subjectKind]) => {
    const subjectId = name.slice(subjectKind.length + 1);
    return {
      key: JSON.stringify([tenant, subjectKind, subjectId]),
      dimensions: { tenant, subjectKind, subjectId },
      measures: { streams: 1 },
    };
  });
};

/**
 * The online store of demand: what was booked and offered, for which day, known how many days before. Collections `days` and
 * `subjects`; contracts/features/demand-facts.ts tells how it is counted.
 */
export const demandFeatures: Projection<DemandFacts> = {
  name: 'demand-features',
  version: 1,
  handles: DEMAND_EVENTS,
  indexes: [],
  key: (event) => event.stream,
  // The runner gives only the types of `handles`, in their newest version.
  evolve: (facts, event) => applyToDemand(facts, event as unknown as Occurred<DemandEvent>),
  rollups: [
    {
      collection: 'days',
      sparse: true,
      indexes: [{ fields: ['tenant', 'subjectKind', 'subjectId', 'date'] }],
      contributions: daysOf,
    },
    { collection: 'subjects', indexes: [{ fields: ['tenant'] }], contributions: subjectsOf },
  ],
};
