import { describe, expect, it } from 'vitest';
import type { ModelComparison, ModelEvent } from '../../contracts/events/models.ts';
import { DEFAULT_RULE } from '../../contracts/models/model-fold.ts';
import { spec } from '../../tests/spec-language/decider-spec.ts';
import { type ModelCommand, modelDecider, type VersionFacts } from './model-decider.ts';

const name = 'cancellation';
const facts = (version: string, changes: Partial<VersionFacts> = {}): VersionFacts => ({
  version,
  task: 'cancellation',
  hash: `hash of ${version}`,
  bytes: 1_000,
  metrics: { auc: 0.89 },
  comparison: null,
  source: 'upload',
  ...changes,
});
const compared = (verdict: ModelComparison['verdict']): ModelComparison => ({
  with: '1.0.0',
  gain: -0.1,
  lower: -0.2,
  upper: -0.05,
  rows: 500,
  verdict,
});

const registered = (version: string, changes: Partial<VersionFacts> = {}): ModelEvent => ({
  type: 'model.version-registered.v1',
  data: { name, ...facts(version, changes) },
});
const shadowStarted = (version: string): ModelEvent => ({ type: 'model.shadow-started.v1', data: { name, version } });
const shadowEnded = (version: string): ModelEvent => ({ type: 'model.shadow-ended.v1', data: { name, version } });
const canaryStarted = (version: string, share = 0.1): ModelEvent => ({
  type: 'model.canary-started.v1',
  data: { name, version, share },
});
const canaryEnded = (version: string, reason: string): ModelEvent => ({
  type: 'model.canary-ended.v1',
  data: { name, version, reason },
});
const promoted = (version: string, previous: string | null): ModelEvent => ({
  type: 'model.promoted.v1',
  data: { name, version, previous, reason: 'better' },
});
const rolledBack = (from: string, to: string | null): ModelEvent => ({
  type: 'model.rolled-back.v1',
  data: { name, from, to, reason: 'errors' },
});
const retired = (version: string): ModelEvent => ({ type: 'model.retired.v1', data: { name, version } });

const register = (version: string, changes: Partial<VersionFacts> = {}): ModelCommand => ({
  type: 'register-version',
  name,
  facts: facts(version, changes),
});
const promote = (version: string, more: { expectedLive?: string | null; force?: boolean } = {}): ModelCommand => ({
  type: 'promote',
  name,
  version,
  reason: 'better',
  ...more,
});
const startShadow = (version: string): ModelCommand => ({ type: 'start-shadow', name, version });
const startCanary = (version: string, share = 0.1): ModelCommand => ({ type: 'start-canary', name, version, share });
const withdraw = (version: string): ModelCommand => ({ type: 'withdraw', name, version, reason: 'enough seen' });
const retire = (version: string): ModelCommand => ({ type: 'retire', name, version });
const rollBack = (expectedLive?: string | null): ModelCommand => ({
  type: 'roll-back',
  name,
  reason: 'errors',
  expectedLive,
});

const { given } = spec(modelDecider);
const twoVersions = [registered('1.0.0'), registered('1.1.0')];
const firstLive = [...twoVersions, promoted('1.0.0', null)];

describe('registering a version', () => {
  it('takes it in without any traffic', () => {
    given([])
      .when(register('1.0.0'))
      .then([registered('1.0.0')]);
    given([registered('1.0.0')]).thenState((state) =>
      expect(state).toMatchObject({
        id: 'tenant-1:cancellation',
        task: 'cancellation',
        live: null,
        rule: DEFAULT_RULE,
        versions: [{ version: '1.0.0', stage: 'registered', registeredAt: '2026-03-01T11:00:00.000Z' }],
      }),
    );
  });
  it('is nothing new the second time, whatever it was taken in from', () =>
    given([registered('1.0.0')])
      .when(register('1.0.0', { source: 'folder' }))
      .thenNothing());
  it('does not replace the model that has the version', () =>
    given([registered('1.0.0')])
      .when(register('1.0.0', { hash: 'other' }))
      .thenRejected('ALREADY_EXISTS'));
  it('that was found wanting leaves the reasons, and no version', () => {
    const refusal = { name, version: '1.0.0', problems: ['licence: missing'], source: 'folder' };
    given([])
      .when({ type: 'refuse-version', ...refusal })
      .then([{ type: 'model.version-refused.v1', data: refusal }]);
    given([{ type: 'model.version-refused.v1', data: refusal }]).thenState((state) =>
      expect(state).toMatchObject({ versions: [], live: null }),
    );
  });
});

describe('a shadow', () => {
  it('starts beside others, and ends', () => {
    given([...firstLive, registered('1.2.0'), shadowStarted('1.1.0')])
      .when(startShadow('1.2.0'))
      .then([shadowStarted('1.2.0')]);
    given([...firstLive, shadowStarted('1.1.0')])
      .when(withdraw('1.1.0'))
      .then([shadowEnded('1.1.0')]);
    given([...firstLive, shadowStarted('1.1.0'), shadowEnded('1.1.0')]).thenState((state) =>
      expect(state).toMatchObject({ shadows: [], versions: [{ stage: 'live' }, { stage: 'registered' }] }),
    );
  });
  it('is nothing new where it is one', () =>
    given([...firstLive, shadowStarted('1.1.0')])
      .when(startShadow('1.1.0'))
      .thenNothing());
  it('is not made of the live version', () => given(firstLive).when(startShadow('1.0.0')).thenRejected('CONFLICT'));
  it('is not made of what is not there', () => given(firstLive).when(startShadow('9.0.0')).thenRejected('NOT_FOUND'));
});

describe('a canary', () => {
  it('starts with its share, from a shadow too, which it then is no more', () => {
    given([...firstLive, shadowStarted('1.1.0')])
      .when(startCanary('1.1.0', 0.25))
      .then([canaryStarted('1.1.0', 0.25)]);
    given([...firstLive, shadowStarted('1.1.0'), canaryStarted('1.1.0')]).thenState((state) =>
      expect(state).toMatchObject({ shadows: [], canary: { version: '1.1.0', share: 0.1 } }),
    );
  });
  it('takes another share', () =>
    given([...firstLive, canaryStarted('1.1.0')])
      .when(startCanary('1.1.0', 0.5))
      .then([canaryStarted('1.1.0', 0.5)]));
  it('is nothing new with the same share', () =>
    given([...firstLive, canaryStarted('1.1.0')])
      .when(startCanary('1.1.0'))
      .thenNothing());
  it('ends the one before', () =>
    given([...firstLive, registered('1.2.0'), canaryStarted('1.1.0')])
      .when(startCanary('1.2.0'))
      .then([canaryEnded('1.1.0', '1.2.0 is the canary now'), canaryStarted('1.2.0')]));
  it('ends with a reason', () => {
    given([...firstLive, canaryStarted('1.1.0')])
      .when(withdraw('1.1.0'))
      .then([canaryEnded('1.1.0', 'enough seen')]);
    given(firstLive).when(withdraw('1.1.0')).thenNothing();
  });
});

describe('promoting', () => {
  it('makes the first version live', () =>
    given(twoVersions)
      .when(promote('1.0.0', { expectedLive: null }))
      .then([promoted('1.0.0', null)]));
  it('takes the place of the live one, out of its canary', () => {
    const before = [...firstLive, canaryStarted('1.1.0')];
    given(before)
      .when(promote('1.1.0'))
      .then([promoted('1.1.0', '1.0.0')]);
    given([...before, promoted('1.1.0', '1.0.0')]).thenState((state) =>
      expect(state).toMatchObject({
        live: '1.1.0',
        history: ['1.0.0'],
        canary: null,
        versions: [{ stage: 'registered' }, { stage: 'live' }],
      }),
    );
  });
  it('is nothing new for what is live', () => given(firstLive).when(promote('1.0.0')).thenNothing());
  it('is a conflict for the second of two who saw the same live version', () =>
    given([...firstLive, registered('1.2.0'), promoted('1.1.0', '1.0.0')])
      .when(promote('1.2.0', { expectedLive: '1.0.0' }))
      .thenRejected('CONFLICT', 'expectedLive'));
  it('is refused to what was found worse than the live one, unless forced', () => {
    const worse = [
      registered('1.0.0'),
      promoted('1.0.0', null),
      registered('1.1.0', { comparison: compared('worse') }),
    ];
    given(worse).when(promote('1.1.0')).thenRejected('CONFLICT', 'force');
    given(worse)
      .when(promote('1.1.0', { force: true }))
      .then([promoted('1.1.0', '1.0.0')]);
  });
  it.each(['better', 'not-worse'] as const)('takes what was found %s', (verdict) =>
    given([registered('1.0.0'), promoted('1.0.0', null), registered('1.1.0', { comparison: compared(verdict) })])
      .when(promote('1.1.0'))
      .then([promoted('1.1.0', '1.0.0')]),
  );
  it('needs a version that is there and not retired', () => {
    given([]).when(promote('1.0.0')).thenRejected('NOT_FOUND');
    given([...twoVersions, retired('1.1.0')])
      .when(promote('1.1.0'))
      .thenRejected('CONFLICT');
  });
});

describe('rolling back', () => {
  const second = [...firstLive, promoted('1.1.0', '1.0.0')];

  it('makes the version before live again', () => {
    given(second)
      .when(rollBack('1.1.0'))
      .then([rolledBack('1.1.0', '1.0.0')]);
    given([...second, rolledBack('1.1.0', '1.0.0')]).thenState((state) =>
      expect(state).toMatchObject({
        live: '1.0.0',
        history: [],
        versions: [{ stage: 'live' }, { stage: 'registered' }],
      }),
    );
  });
  it('goes to none from the first', () => {
    given(firstLive)
      .when(rollBack())
      .then([rolledBack('1.0.0', null)]);
    given([...firstLive, rolledBack('1.0.0', null)]).thenState((state) => expect(state).toMatchObject({ live: null }));
  });
  it('passes over what was retired meanwhile', () => {
    const third = [...second, registered('1.2.0'), promoted('1.2.0', '1.1.0'), retired('1.1.0')];
    given(third)
      .when(rollBack())
      .then([rolledBack('1.2.0', '1.0.0')]);
  });
  it('goes one further each time', () =>
    given([...second, registered('1.2.0'), promoted('1.2.0', '1.1.0'), rolledBack('1.2.0', '1.1.0')])
      .when(rollBack())
      .then([rolledBack('1.1.0', '1.0.0')]));
  it('leaves alone what somebody promoted meanwhile', () =>
    given(second).when(rollBack('1.0.0')).thenRejected('CONFLICT', 'expectedLive'));
  it('needs a live version', () => {
    given([]).when(rollBack()).thenRejected('NOT_FOUND');
    given(twoVersions).when(rollBack()).thenRejected('CONFLICT');
  });
});

describe('retiring', () => {
  it('is for good', () => {
    given(firstLive)
      .when(retire('1.1.0'))
      .then([retired('1.1.0')]);
    given([...firstLive, canaryStarted('1.1.0'), retired('1.1.0')]).thenState((state) =>
      expect(state).toMatchObject({ canary: null, versions: [{ stage: 'live' }, { stage: 'retired' }] }),
    );
    given([...firstLive, retired('1.1.0')])
      .when(retire('1.1.0'))
      .thenNothing();
    given([...firstLive, retired('1.1.0')])
      .when(startShadow('1.1.0'))
      .thenRejected('CONFLICT');
  });
  it('is refused to the live version', () => given(firstLive).when(retire('1.0.0')).thenRejected('CONFLICT'));
});

describe('the rule', () => {
  const rule = {
    retrainEveryDays: null,
    retrainOnDrift: false,
    promoteWhenNotWorse: true,
    maxErrorRate: 0.01,
    rollBackOnDrift: true,
  };

  it('can be set before there is a version', () =>
    given([])
      .when({ type: 'set-rule', name, rule })
      .then([{ type: 'model.rule-set.v1', data: { name, ...rule } }]));
  it('is nothing new where it is in force', () => {
    given([]).when({ type: 'set-rule', name, rule: DEFAULT_RULE }).thenNothing();
    given([{ type: 'model.rule-set.v1', data: { name, ...rule } }])
      .when({ type: 'set-rule', name, rule })
      .thenNothing();
  });
  it('outlives the registering of versions', () =>
    given([{ type: 'model.rule-set.v1', data: { name, ...rule } }, registered('1.0.0')]).thenState((state) =>
      expect(state?.rule).toEqual(rule),
    ));
});

describe('drift', () => {
  const drift = {
    version: '1.0.0',
    kind: 'data',
    of: 'leadDays',
    value: 0.3,
    limit: 0.2,
    observations: 900,
  } as const;

  it('is told of a version', () =>
    given(firstLive)
      .when({ type: 'detect-drift', name, drift })
      .then([{ type: 'model.drift-detected.v1', data: { name, ...drift } }]));
  it('needs the version', () => given([]).when({ type: 'detect-drift', name, drift }).thenRejected('NOT_FOUND'));
});
