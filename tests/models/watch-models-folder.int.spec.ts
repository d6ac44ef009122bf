import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tenantDecider } from '../../command-side/identity/tenant-decider.ts';
import { versionRegistrar } from '../../command-side/models/take-in-version.ts';
import { openModelIntake } from '../../ml/registry/model-intake.ts';
import { watchModelsFolder } from '../../ml/registry/watch-models-folder.ts';
import { type EmbeddedHandling, openEmbeddedHandling } from '../spec-language/embedded-handling.ts';
import { examineHere, smallFiles, writeModel } from './small-model.ts';

let modelsDir: string;
let embedded: EmbeddedHandling;
let watch: { stop(): Promise<void> };
const warnings: unknown[] = [];

const startWatch = async () => {
  const intake = await openModelIntake({ modelsDir, examine: examineHere });
  const registrar = versionRegistrar({ handling: embedded.restarted(), intake }, 'system:models-folder');
  const onWarning = (...warning: unknown[]) => void warnings.push(warning);
  watch = watchModelsFolder({ modelsDir, ...registrar, onWarning, intervalMs: 20, quietMs: 100 });
};

beforeEach(async () => {
  modelsDir = await mkdtemp(join(tmpdir(), 'dropped-'));
  embedded = await openEmbeddedHandling();
  const facts = { tenantId: 'acme', name: 'Acme', country: 'PT', contactEmail: 'hello@example.org' };
  const meta = { commandId: 'c1', tenant: 'acme', actor: 'system:spec', correlationId: 'c1' };
  await embedded.handling.handle(tenantDecider, 'acme', { type: 'register-tenant', facts }, meta, () => undefined);
  warnings.length = 0;
  await startWatch();
});
afterEach(async () => {
  await watch.stop();
  await embedded.close();
  await rm(modelsDir, { recursive: true, force: true });
  expect(warnings).toEqual([]);
});

const place = (version = '1.0.0', tenant = 'acme') => join(modelsDir, tenant, 'cancellation', version);
const modelEventsOf = async () => (await embedded.log()).filter(({ type }) => type.startsWith('model.'));
const untilEvents = async (count: number) => {
  for (;;) {
    const events = await modelEventsOf();
    if (events.length >= count) return events;
    await pause(20);
  }
};
const refusalIn = async (folder: string): Promise<string> => {
  for (;;) {
    const text = await readFile(join(folder, 'refused.txt'), 'utf8').catch(() => '');
    if (text !== '') return text;
    await pause(20);
  }
};

describe('a model that is dropped', () => {
  it('is registered where it lies, and not looked at again', async () => {
    await writeModel(place(), smallFiles());
    expect(await untilEvents(1)).toMatchObject([
      {
        type: 'model.version-registered.v1',
        tenant: 'acme',
        actor: 'system:models-folder',
        stream: 'model-acme:cancellation',
        data: { name: 'cancellation', version: '1.0.0', source: 'folder' },
      },
    ]);
    await watch.stop();
    await startWatch();
    await pause(400);
    expect(await modelEventsOf()).toHaveLength(1);
  });

  it('file after file, the manifest first, is waited for', async () => {
    const files = smallFiles();
    const onnx = files['model.onnx'] as Uint8Array;
    await writeModel(place(), { 'manifest.json': files['manifest.json'] ?? '', 'model.onnx': onnx.subarray(0, 100) });
    for (let at = 100; at < onnx.length; at += 60) {
      await pause(30);
      await appendFile(join(place(), 'model.onnx'), onnx.subarray(at, at + 60));
    }
    expect(await untilEvents(1)).toMatchObject([{ type: 'model.version-registered.v1' }]);
    expect(await readdir(place())).not.toContain('refused.txt');
  });

  it('with a fault is told of it in the folder and in the log, and is taken in when it is mended', async () => {
    const files = smallFiles();
    await writeModel(place(), { ...files, 'notes.txt': 'mine' });
    expect(await refusalIn(place())).toMatch(/^notes.txt: declare it/);
    expect(await untilEvents(1)).toMatchObject([
      { type: 'model.version-refused.v1', data: { version: '1.0.0', problems: [expect.stringMatching(/^notes/)] } },
    ]);
    // As it stands, it is not examined a second time, nor by the next process.
    await watch.stop();
    await startWatch();
    await pause(400);
    expect(await modelEventsOf()).toHaveLength(1);

    await rm(join(place(), 'notes.txt'));
    await writeFile(join(place(), 'manifest.json'), files['manifest.json'] ?? '');
    expect((await untilEvents(2))[1]).toMatchObject({ type: 'model.version-registered.v1' });
    while ((await readdir(place())).includes('refused.txt')) await pause(20);
  });

  it.each([
    ['for a company that is not there', place.bind(undefined, '1.0.0', 'nobody'), /no company nobody/],
    ['under no version', place.bind(undefined, 'newest'), /the folder must be/],
  ])('%s is refused', async (_, folderOf, refusal) => {
    await writeModel(folderOf(), smallFiles());
    expect(await refusalIn(folderOf())).toMatch(refusal);
    expect(await modelEventsOf()).toEqual([]);
  });

  it('under the name of another version is refused', async () => {
    await writeModel(place('2.0.0'), smallFiles('1.0.0'));
    expect(await refusalIn(place('2.0.0'))).toMatch('version: is 1.0.0, but it comes as 2.0.0');
  });
});

it('what a crash left between place and event is taken in by the next process', async () => {
  await watch.stop();
  const intake = await openModelIntake({ modelsDir });
  const folder = await writeModel(await intake.newFolder(), smallFiles());
  await intake.keep({ tenant: 'acme', name: 'cancellation', version: '1.0.0', folder });
  expect(await modelEventsOf()).toEqual([]);
  await startWatch();
  expect(await untilEvents(1)).toMatchObject([{ type: 'model.version-registered.v1' }]);
});
