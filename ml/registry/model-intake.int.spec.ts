import { mkdir, mkdtemp, readdir, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ModelFiles, sha256, smallFiles, smallManifest, writeModel } from '../../tests/models/small-model.ts';
import { type ModelIntake, openModelIntake } from './model-intake.ts';

const ADDRESS = { tenant: 'acme', name: 'cancellation', version: '1.0.0' };

let dir: string;
let modelsDir: string;
let intake: ModelIntake;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'intake-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));
beforeEach(async () => {
  modelsDir = await mkdtemp(join(dir, 'models-'));
  intake = await openModelIntake({ modelsDir });
});

const arrived = async (files: ModelFiles = smallFiles()) => writeModel(await intake.newFolder(), files);

describe('a model in order', () => {
  it('passes in a process of its own, and is kept under its version', async () => {
    const folder = await arrived({ ...smallFiles(), 'card.html': '<p>card</p>' });
    const files = smallFiles();
    expect(await intake.examine({ ...ADDRESS, folder })).toEqual({
      facts: {
        task: 'cancellation',
        hash: sha256(files['model.onnx'] ?? ''),
        bytes: files['model.onnx']?.length,
        metrics: { auc: 0.9 },
        comparison: null,
      },
    });
    expect(await intake.keep({ ...ADDRESS, folder })).toBe(true);
    const place = join(modelsDir, 'acme', 'cancellation', '1.0.0');
    expect((await readdir(place)).toSorted()).toEqual(['card.html', 'manifest.json', 'model.onnx']);
    expect(await readdir(join(modelsDir, '.incoming'))).toEqual([]);
    // What may be loaded any time is not to be written over.
    expect((await stat(join(place, 'model.onnx'))).mode & 0o777).toBe(0o444);
  });
});

describe('a model is refused where', () => {
  it('its address names no folder', async () => {
    const folder = await arrived();
    const examination = await intake.examine({ ...ADDRESS, tenant: '..', folder });
    expect(examination).toMatchObject({ problems: [expect.stringContaining('named by')] });
  });
});

describe('the place of a version', () => {
  it('is not given to another model', async () => {
    const described = { ...smallFiles(), 'manifest.json': JSON.stringify(smallManifest({ description: 'other' })) };
    expect(await intake.keep({ ...ADDRESS, folder: await arrived() })).toBe(true);
    expect(await intake.keep({ ...ADDRESS, folder: await arrived() })).toBe(true);
    expect(await intake.keep({ ...ADDRESS, folder: await arrived(smallFiles('1.0.0', 0.5)) })).toBe(false);
    expect(await intake.keep({ ...ADDRESS, folder: await arrived(described) })).toBe(false);
  });

  it('is given to one of two that come at once', async () => {
    const folders = await Promise.all([arrived(), arrived(smallFiles('1.0.0', 0.5))]);
    const kept = await Promise.all(folders.map((folder) => intake.keep({ ...ADDRESS, folder })));
    expect(kept.toSorted()).toEqual([false, true]);
  });

  it('is taken from what was begun there and never finished', async () => {
    const place = join(modelsDir, 'acme', 'cancellation', '1.0.0');
    await writeModel(place, { 'model.onnx': 'half of a mod' });
    expect(await intake.keep({ ...ADDRESS, folder: await arrived() })).toBe(true);
    expect((await readdir(place)).toSorted()).toEqual(['manifest.json', 'model.onnx']);
  });

  it('holds what came from elsewhere as a copy', async () => {
    const folder = await writeModel(await mkdtemp(join(dir, 'trained-')), smallFiles());
    expect(await intake.keep({ ...ADDRESS, folder })).toBe(true);
    expect((await readdir(folder)).length).toBe(2);
    expect(await readdir(join(modelsDir, 'acme', 'cancellation', '1.0.0'))).toHaveLength(2);
  });
});

describe('what a process that died has left', () => {
  it('is removed when it is old, and what comes just now is not', async () => {
    const incoming = join(modelsDir, '.incoming');
    for (const name of ['old', 'new']) await mkdir(join(incoming, name));
    const daysAgo = new Date(Date.now() - 3 * 86_400_000);
    await utimes(join(incoming, 'old'), daysAgo, daysAgo);
    await openModelIntake({ modelsDir });
    expect(await readdir(incoming)).toEqual(['new']);
  });
});
