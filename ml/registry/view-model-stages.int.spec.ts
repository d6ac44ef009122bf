import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_RULE } from '../../contracts/models/model-fold.ts';
import type { ModelView } from '../../contracts/views/model.ts';
import type { Documents } from '../../infra/documents/documents.ts';
import { openDocuments } from '../../infra/documents/open-documents.ts';
import { sha256, smallFiles, writeModel } from '../../tests/models/small-model.ts';
import type { ModelStages, ModelTraffic } from '../serving/model-stages.ts';
import { openModelStages } from './view-model-stages.ts';

const COLLECTION = 'models-1';

let dir: string;
let documents: Documents;
let stages: ModelStages;
let warnings: string[];
let collection: string;
let seconds: number;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stages-'));
  documents = await openDocuments({ dataDir: dir });
  warnings = [];
  collection = COLLECTION;
  seconds = 0;
  await writeModel(join(dir, 'bundled', 'text-embedding', '1.2.0'), smallFiles('1.2.0'));
  await writeModel(join(dir, 'bundled', 'text-embedding', '1.10.0'), smallFiles('1.10.0'));
  for (const version of ['1.0.0', '1.1.0', '1.2.0']) await writeModel(placeOf(version), smallFiles(version));
});
afterEach(async () => {
  await stages.close();
  await documents.close();
  await rm(dir, { recursive: true, force: true });
});

const placeOf = (version: string, name = 'cancellation') => join(dir, 'models', 'acme', name, version);
const open = async (more: Partial<Parameters<typeof openModelStages>[0]> = {}) => {
  stages = await openModelStages({
    documents,
    collection: () => collection,
    modelsDir: join(dir, 'models'),
    bundledDir: join(dir, 'bundled'),
    intervalMs: 10,
    onWarning: (message) => void warnings.push(message),
    ...more,
  });
  return stages;
};

const HASH = sha256(smallFiles()['model.onnx'] ?? '');
/** Writes the view of a model as its events would have left it. */
const show = async (changes: Partial<ModelView>, name = 'cancellation') => {
  seconds += 1;
  const put: ModelView = {
    id: `acme:${name}`,
    tenant: 'acme',
    name,
    task: 'cancellation',
    versions: ['1.0.0', '1.1.0', '1.2.0'].map((version) => ({
      ...{ version, stage: 'registered', hash: HASH, bytes: 1, metrics: {}, comparison: null, source: 'upload' },
      registeredAt: '2026-11-30T10:00:00.000Z',
    })),
    live: null,
    history: [],
    canary: null,
    shadows: [],
    rule: DEFAULT_RULE,
    updatedAt: `2026-11-30T10:00:0${seconds}.000Z`,
    ...changes,
  };
  await documents.commit([{ collection, id: put.id, put: { ...put } }]);
};

const versionsOf = (traffic: ModelTraffic | undefined) =>
  traffic && {
    live: traffic.live?.version,
    canary: traffic.canary?.version,
    shadows: traffic.shadows.map(({ version }) => version),
  };
const seen = () => versionsOf(stages.of('acme', 'cancellation'));
const until = async (isSo: () => boolean) => {
  while (!isSo()) await pause(5);
};

describe('the stages of a model', () => {
  it('are those of the view when they are opened', async () => {
    await show({ live: '1.0.0', canary: { version: '1.1.0', share: 0.2 }, shadows: ['1.2.0'] });
    await open();
    expect(seen()).toEqual({ live: '1.0.0', canary: '1.1.0', shadows: ['1.2.0'] });
    expect(stages.of('acme', 'cancellation')).toMatchObject({
      live: { directory: placeOf('1.0.0'), manifest: { name: 'cancellation', version: '1.0.0' } },
      canary: { share: 0.2 },
    });
    expect(stages.of('globex', 'cancellation')).toBeUndefined();
  });

  it('follow the view, and listeners hear what has changed and nothing else', async () => {
    await show({ live: '1.0.0' });
    await show({ live: '1.0.0' }, 'churn');
    await writeModel(placeOf('1.0.0', 'churn'), smallFiles());
    await open();
    const heard: unknown[] = [];
    const end = stages.onChange((traffic) => heard.push([traffic.name, traffic.live?.version]));
    await show({ live: '1.0.0', rule: { ...DEFAULT_RULE, maxErrorRate: 0.5 } });
    await show({ live: '1.1.0' });
    await until(() => seen()?.live === '1.1.0');
    expect(heard).toEqual([['cancellation', '1.1.0']]);
    end();
    await show({ live: '1.0.0' });
    await until(() => seen()?.live === '1.0.0');
    expect(heard).toHaveLength(1);
  });

  it('are read anew where the view was built anew', async () => {
    await show({ live: '1.0.0' });
    await open();
    collection = 'models-2';
    seconds = -1;
    await show({ live: '1.1.0', updatedAt: '2020-01-01T00:00:00.000Z' });
    await until(() => seen()?.live === '1.1.0');
  });

  it('stay in force while the view can’t be read', async () => {
    await show({ live: '1.0.0' });
    let isAway = false;
    const find: Documents['find'] = (...query) =>
      isAway ? Promise.reject(new Error('away')) : documents.find(...query);
    await open({ documents: { get: documents.get, find } });
    isAway = true;
    await until(() => warnings.length > 0);
    expect(seen()?.live).toBe('1.0.0');
    isAway = false;
    await show({ live: '1.1.0' });
    await until(() => seen()?.live === '1.1.0');
    expect(warnings).toHaveLength(1);
  });
});

describe('a version whose files are not as they were registered', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['are missing', () => rename(placeOf('1.1.0'), placeOf('away'))],
    ['are others', () => writeFile(join(placeOf('1.1.0'), 'model.onnx'), 'another model')],
    ['have no readable manifest', () => writeFile(join(placeOf('1.1.0'), 'manifest.json'), '{"name":')],
  ])('%s, is left out: the live one before stays', async (_, spoil) => {
    await spoil();
    await show({ live: '1.0.0' });
    await open();
    await show({ live: '1.1.0', shadows: ['1.1.0', '1.2.0'] });
    await until(() => seen()?.shadows.length === 1);
    expect(seen()).toEqual({ live: '1.0.0', canary: undefined, shadows: ['1.2.0'] });
    expect(warnings).toEqual(["the model acme:cancellation 1.1.0 can't be served here"]);
  });

  it('is served as soon as they are', async () => {
    await rename(placeOf('1.1.0'), placeOf('away'));
    await show({ live: '1.1.0' });
    await open();
    expect(seen()).toEqual({ live: undefined, canary: undefined, shadows: [] });
    await rename(placeOf('away'), placeOf('1.1.0'));
    await until(() => seen()?.live === '1.1.0');
  });

  it('is not read again once it is served', async () => {
    await show({ live: '1.0.0' });
    await open();
    await rm(placeOf('1.0.0'), { recursive: true });
    await show({ live: '1.0.0', shadows: ['1.2.0'] });
    await until(() => seen()?.shadows.length === 1);
    expect(seen()?.live).toBe('1.0.0');
    expect(warnings).toEqual([]);
  });
});

describe('a model that comes with the platform', () => {
  it('is live for every tenant, in its newest version, until the tenant has one of its own', async () => {
    await open();
    const embedding = (tenant: string) => stages.of(tenant, 'text-embedding');
    expect(embedding('anybody')?.live?.version).toBe('1.10.0');
    expect(embedding('anybody')).toBe(embedding('anybody'));
    await writeModel(placeOf('1.0.0', 'text-embedding'), smallFiles());
    await show({ live: '1.0.0' }, 'text-embedding');
    await until(() => embedding('acme')?.live?.version === '1.0.0');
    expect(embedding('anybody')?.live?.version).toBe('1.10.0');
    await show({ live: null }, 'text-embedding');
    await until(() => embedding('acme')?.live?.version === '1.10.0');
  });

  it('that is not whole is told at the start', async () => {
    await writeFile(join(dir, 'bundled', 'text-embedding', '1.2.0', 'manifest.json'), '{}');
    await expect(open()).rejects.toThrow('1.2.0: manifest.json: name');
    await writeFile(
      join(dir, 'bundled', 'text-embedding', '1.2.0', 'manifest.json'),
      await readFile(join(placeOf('1.2.0'), 'manifest.json')),
    );
    await open();
  });
});

describe('a version that is asked for by number', () => {
  it('is found whatever its stage', async () => {
    await show({ live: '1.0.0' });
    await open();
    expect(await stages.version('acme', 'cancellation', '1.2.0')).toMatchObject({ version: '1.2.0' });
    expect(await stages.version('globex', 'text-embedding', '1.2.0')).toMatchObject({ version: '1.2.0' });
  });

  it.each([
    ['acme', 'cancellation', '9.0.0'],
    ['globex', 'cancellation', '1.0.0'],
    ['..', 'acme', '1.0.0'],
    ['acme', '../cancellation', '1.0.0'],
  ])('%s %s %s is not there', async (tenant, name, version) => {
    await show({ live: '1.0.0' });
    await open();
    expect(await stages.version(tenant, name, version)).toBeUndefined();
  });
});
