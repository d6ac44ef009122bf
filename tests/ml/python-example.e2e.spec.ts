import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Platform, startPlatform } from '../platform/start-platform.ts';
import { type OwnerCalls, ownerCalls } from './demo-platform.ts';
import { examplePython } from './example-python.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const example = join(root, 'ml/examples/cancellation');
const VERSION = '9.0.0';

const python = await examplePython(join(example, 'requirements.txt'));

describe.skipIf(python === undefined)('the walk-through for data scientists', () => {
  let dir: string;
  let platform: Platform;
  let owner: OwnerCalls;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'example-'));
    platform = await startPlatform(join(dir, 'data'));
    owner = await ownerCalls(platform);
  });
  afterAll(async () => {
    await platform.stop();
    await rm(dir, { recursive: true });
  });

  it('goes from the exported training set to a live model, by the folder', async () => {
    const set = join(dir, 'set.parquet');
    const folder = join(dir, VERSION);
    const env = { ...process.env, DATA_DIR: join(dir, 'data') };
    await run(process.execPath, ['--import', 'tsx', 'ml/training/export-cli.ts', 'cancellation', '--out', set], {
      cwd: root,
      env,
    });
    const args = ['train.py', '--training-set', set, '--version', VERSION, '--out', folder];
    const { stdout } = await run(python ?? '', args, { cwd: example });
    expect(stdout).toMatch(/^auc 0\.8\d/m);

    await cp(folder, join(dir, 'data', 'models', platform.demo.tenant, 'cancellation', VERSION), { recursive: true });
    expect(
      await owner.until('the version is registered', () => owner.versionOf('cancellation', VERSION)),
    ).toMatchObject({ stage: 'registered', source: 'folder' });

    const promoted = await owner.call('POST', `/v1/models/cancellation/versions/${VERSION}/stage`, { stage: 'live' });
    expect(promoted).toMatchObject({ status: 200, body: { live: VERSION } });
    // The golden samples are rows as the model takes them: it must answer here what it answered in Python.
    const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as {
      features: { name: string; kind: string; categories?: string[] }[];
      golden: { inputs: { features: { data: number[] } }; outputs: { probability: { data: number[] } } }[];
    };
    const { inputs, outputs } = manifest.golden[0] ?? {
      inputs: { features: { data: [] } },
      outputs: { probability: { data: [] } },
    };
    const row = Object.fromEntries(
      manifest.features.map(({ name, categories }, at) => {
        const value = inputs.features.data[at] ?? Number.NaN;
        return [name, categories === undefined ? value : (categories[value] ?? null)];
      }),
    );
    const answer = await owner.until('it answers', async () => {
      const asked = await owner.call('POST', '/v1/models/cancellation/predictions', { rows: [row] });
      return asked.body.version === VERSION ? asked.body : undefined;
    });
    const [[probability]] = (answer.outputs as { probability: [[number]] }).probability;
    expect(probability).toBeCloseTo(outputs.probability.data[0] ?? Number.NaN, 4);
  });
});
