import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelView } from '../../contracts/views/model.ts';
import { type Platform, signIn, startPlatform } from '../platform/start-platform.ts';
import { examplePython } from './example-python.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const example = join(root, 'ml/examples/cancellation');
const VERSION = '9.0.0';

const python = await examplePython(join(example, 'requirements.txt'));

describe.skipIf(python === undefined)('the walk-through for data scientists', () => {
  let dir: string;
  let platform: Platform;
  let headers: Record<string, string>;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'example-'));
    platform = await startPlatform(join(dir, 'data'));
    headers = { authorization: `Bearer ${await signIn(platform)}`, 'content-type': 'application/json' };
  });
  afterAll(async () => {
    await platform.stop();
    await rm(dir, { recursive: true });
  });

  const call = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${platform.origin}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const until = async <T>(what: string, look: () => Promise<T | undefined>): Promise<T> => {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      if (Date.now() > deadline) throw new Error(`waited 60 s in vain until ${what}: ${platform.output()}`);
      await pause(200);
    }
  };
  const version = async () => {
    const { status, body } = await call('GET', '/v1/models/cancellation');
    return status === 200 ? (body as unknown as ModelView).versions.find((one) => one.version === VERSION) : undefined;
  };

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
    expect(await until('the version is registered', version)).toMatchObject({ stage: 'registered', source: 'folder' });

    const promoted = await call('POST', `/v1/models/cancellation/versions/${VERSION}/stage`, { stage: 'live' });
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
    const answer = await until('it answers', async () => {
      const asked = await call('POST', '/v1/models/cancellation/predictions', { rows: [row] });
      return asked.body.version === VERSION ? asked.body : undefined;
    });
    const [[probability]] = (answer.outputs as { probability: [[number]] }).probability;
    expect(probability).toBeCloseTo(outputs.probability.data[0] ?? Number.NaN, 4);
  });
});
