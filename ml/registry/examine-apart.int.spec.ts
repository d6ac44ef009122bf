import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallFiles, smallGraph, writeModel } from '../../tests/models/small-model.ts';
import { onnxModel } from '../onnx/onnx-model.ts';
import { examineApart } from './examine-apart.ts';
import { EXAMINATION_LIMITS } from './examine-folder.ts';

const ADDRESS = { tenant: 'acme', name: 'cancellation', version: '1.0.0' };

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'apart-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** Multiplies matrices of 1,500 by 1,500 for many minutes before it answers. */
const endless = () => {
  const { nodes, initializers = [], ...graph } = smallGraph();
  const times = 5_000;
  const products = Array.from({ length: times }, (_, at) => ({
    op: 'MatMul',
    inputs: [`matrix-${at}`, 'matrix-0'],
    outputs: [`matrix-${at + 1}`],
  }));
  return onnxModel({
    ...graph,
    nodes: [
      ...nodes.slice(0, 2),
      { op: 'Expand', inputs: ['zero', 'size'], outputs: ['matrix-0'] },
      ...products,
      { op: 'ReduceSum', inputs: [`matrix-${times}`], outputs: ['nothing'], attributes: { keepdims: { int: 0 } } },
      { op: 'Add', inputs: ['score', 'nothing'], outputs: ['sum'] },
      { op: 'Sigmoid', inputs: ['sum'], outputs: ['probability'] },
    ],
    initializers: [
      ...initializers,
      { name: 'zero', dims: [1], data: Float32Array.of(0) },
      { name: 'size', dims: [2], data: BigInt64Array.of(1_500n, 1_500n) },
    ],
  });
};

const folderOf = async (model?: Uint8Array) =>
  writeModel(await mkdtemp(join(dir, 'model-')), {
    ...smallFiles(),
    ...(model === undefined ? {} : { 'model.onnx': model }),
  });
const examine = async (folder: string, timeoutMs: number) =>
  examineApart({ folder, address: ADDRESS, limits: { ...EXAMINATION_LIMITS, timeoutMs } });

/** The examining processes of this one. */
const examiners = async (): Promise<readonly number[]> => {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,args=']);
  return stdout
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [])
    .filter(([, , parent, args]) => Number(parent) === process.pid && args?.includes('examination-process'))
    .map(([, pid]) => Number(pid));
};

describe('a model that does not come back', () => {
  it('is given up, and its process with it', async () => {
    expect(await examine(await folderOf(endless()), 4_000)).toEqual({
      problems: ['the model was not through its examination in 4 s: make it smaller or faster'],
    });
    expect(await examiners()).toEqual([]);
  });

  it('because its process died is told so', async () => {
    const folder = await folderOf(endless());
    // One that dies before it has begun is no fault of the model; how long it takes to begin depends on the machine.
    for (let waitMs = 1_000; ; waitMs *= 2) {
      const examined = examine(folder, 120_000).catch(() => undefined);
      await pause(waitMs);
      for (const pid of await examiners()) process.kill(pid, 'SIGKILL');
      const examination = await examined;
      if (examination === undefined) continue;
      expect(examination).toEqual({
        problems: [expect.stringMatching(/^the model ended the process that ran it \(SIGKILL\)/)],
      });
      return;
    }
  });
});

it('a fault of ours is not told as one of the model', async () => {
  await expect(examine(join(dir, 'no-such-folder'), 60_000)).rejects.toThrow(
    /could not be examined: .*no-such-folder/s,
  );
});
