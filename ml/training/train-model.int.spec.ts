import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ModelEvent } from '../../contracts/events/models.ts';
import type { EventStore } from '../../infra/event-store/event-store.ts';
import { openEventStore } from '../../infra/event-store/open-event-store.ts';
import { anEvent } from '../../tests/contracts/event-store/sample-events.ts';
import { onnxModel } from '../onnx/onnx-model.ts';
import { manifest } from '../registry/manifest.ts';
import { trainModel } from './train-model.ts';
import { TooLittleDataError, type Trainer } from './trainer.ts';

const tenant = 'andes-tours';
const NOTHING = '0'.repeat(64);

/** Learns the mean size of a party from bookings: the smallest model that there is. */
const partySize: Trainer<readonly number[]> = {
  name: 'churn',
  task: 'churn',
  handles: ['booking.placed.v1'],
  collector: () => {
    const sizes: number[] = [];
    return { add: ({ data }) => sizes.push((data as { pax: number }).pax), finish: () => sizes };
  },
  table: (sizes) => ({ columns: [{ name: 'pax', kind: 'number' }], rows: sizes.map((size) => [size]) }),
  train: (sizes, { version }) => {
    if (sizes.length < 3) throw new TooLittleDataError(`3 bookings are needed, there are ${sizes.length}`);
    const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
    const row = { type: 'float32' as const, shape: ['batch' as const, 1] };
    const inputs = [{ name: 'features', ...row }];
    const outputs = [{ name: 'pax', ...row }];
    const tensor = (...data: number[]) => ({ dims: [data.length, 1], data });
    return {
      onnx: onnxModel({
        name: 'mean',
        inputs,
        outputs,
        nodes: [
          { op: 'Mul', inputs: ['features', 'zero'], outputs: ['nothing'] },
          { op: 'Add', inputs: ['nothing', 'mean'], outputs: ['pax'] },
        ],
        initializers: [
          { name: 'zero', dims: [1], data: Float32Array.of(0) },
          { name: 'mean', dims: [1], data: Float32Array.of(mean) },
        ],
      }),
      manifest: manifest.parse({
        name: 'churn',
        version,
        task: 'churn',
        inputs,
        outputs,
        training: { rows: sizes.length, from: '2026-03-01', until: '2026-03-01', hash: NOTHING, trainer: 'mean' },
        metrics: { mean },
        golden: [{ inputs: { features: tensor(1) }, outputs: { pax: tensor(mean) }, tolerance: 1e-4 }],
        licence: 'MIT',
      }),
      card: { title: `party size ${version}`, blocks: [{ kind: 'paragraph', text: `mean ${mean}` }] },
      holdOut: {
        rows: 100,
        inputsFor: () => ({ features: { type: 'float32', dims: [100, 1], data: new Float32Array(100) } }),
        // Parties are of two.
        lossOf: ({ pax }) => Float64Array.from(pax?.data as Float32Array, (said) => Math.abs(said - 2)),
      },
    };
  },
};

let dir: string;
let eventStore: EventStore;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'train-'));
  eventStore = await openEventStore({ dataDir: dir });
});
afterEach(async () => {
  await eventStore.close();
  rmSync(dir, { recursive: true });
});

const booked = async (paxes: readonly number[], day: string, whose = tenant) => {
  const events = paxes.map((pax) => anEvent({ tenant: whose, time: `${day}T12:00:00.000Z`, data: { pax } }));
  await eventStore.append(`booking-${day}-${whose}`, 'any', events);
};

const modelsDir = () => join(dir, 'models');
const train = (version: string | undefined, folder: string, asOf = '2026-12-31T00:00:00.000Z') =>
  trainModel(partySize as Trainer, { tenant, asOf, version }, { eventStore, modelsDir: modelsDir(), folder });
const folderOf = (version: string) => join(modelsDir(), tenant, 'churn', version);

/** The registry's events of a version that goes live. */
const goesLive = async (version: string) => {
  const registered: ModelEvent = {
    type: 'model.version-registered.v1',
    data: { name: 'churn', version, task: 'churn', hash: '', bytes: 1, metrics: {}, comparison: null, source: 'test' },
  };
  const promoted: ModelEvent = {
    type: 'model.promoted.v1',
    data: { name: 'churn', version, previous: null, reason: 'test' },
  };
  await eventStore.append(`model-${tenant}:churn`, 'any', [
    anEvent({ ...registered, tenant }),
    anEvent({ ...promoted, tenant }),
  ]);
};

describe('training a model', () => {
  it('writes a folder that is a model: file, manifest and card', async () => {
    await booked([1, 2, 3], '2026-03-01');
    const trained = await train(undefined, folderOf('1.0.0'));
    expect(trained).toEqual({ name: 'churn', version: '1.0.0', metrics: { mean: 2 }, comparison: null });
    const written: unknown = JSON.parse(readFileSync(join(folderOf('1.0.0'), 'manifest.json'), 'utf8'));
    expect(manifest.parse(written)).toMatchObject({ version: '1.0.0', training: { rows: 3 } });
    expect(readFileSync(join(folderOf('1.0.0'), 'card.html'), 'utf8')).toContain('<p>mean 2</p>');
  });

  it('sees one company’s events, and nothing that happened later', async () => {
    await booked([1, 2, 3], '2026-03-01');
    await booked([9, 9, 9], '2026-03-01', 'other-tours');
    const cut = await train('1.0.0', folderOf('1.0.0'), '2026-03-31T23:59:59.999Z');
    await booked([40, 40], '2026-04-01');
    const whole = await train('1.0.0', folderOf('1.0.0'), '2026-03-31T23:59:59.999Z');
    expect(whole).toEqual(cut);
    expect(cut.metrics.mean).toBe(2);
    expect((await train('1.0.0', folderOf('1.0.0'))).metrics.mean).toBeCloseTo(86 / 5);
  });

  it('says whether it is worse than the live one beyond noise, also in its card', async () => {
    await booked([1, 2, 3], '2026-03-01');
    await train('1.4.0', folderOf('1.4.0'));
    await goesLive('1.4.0');
    await booked([40, 40], '2026-04-01');
    const worse = await train(undefined, folderOf('1.5.0'));
    expect(worse).toMatchObject({ version: '1.5.0', comparison: { with: '1.4.0', verdict: 'worse', rows: 100 } });
    expect(readFileSync(join(folderOf('1.5.0'), 'card.html'), 'utf8')).toContain('<td>worse</td>');
    expect(JSON.parse(readFileSync(join(folderOf('1.5.0'), 'manifest.json'), 'utf8'))).toMatchObject({
      comparison: { verdict: 'worse' },
    });
    await goesLive('1.5.0');
    const better = await train(undefined, folderOf('1.6.0'), '2026-03-31T00:00:00.000Z');
    expect(better.comparison).toMatchObject({ with: '1.5.0', verdict: 'better' });
    await goesLive('1.6.0');
    const same = await train(undefined, folderOf('1.7.0'), '2026-03-31T00:00:00.000Z');
    expect(same.comparison).toMatchObject({ verdict: 'not-worse', gain: 0 });
  });

  it('compares with nothing when the live one’s folder is not here', async () => {
    await booked([1, 2, 3], '2026-03-01');
    await goesLive('1.0.0');
    expect(await train(undefined, folderOf('1.1.0'))).toMatchObject({ version: '1.1.0', comparison: null });
  });

  it('leaves nothing when there is too little to learn from', async () => {
    await booked([2, 2], '2026-03-01');
    await expect(train('1.0.0', folderOf('1.0.0'))).rejects.toThrow('3 bookings are needed, there are 2');
    expect(existsSync(folderOf('1.0.0'))).toBe(false);
  });
});
