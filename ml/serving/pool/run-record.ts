import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Which worker runs which model, in a file without a name that the pool's process inherits: what was being run can be read
 * after a crash, which no message would have told, and a run that hangs is seen though its thread answers nothing.
 * A slot of 8 bytes a thread: the number of the run, and of its model (0: none runs).
 */

/** Descriptor of the record in the pool's process: after the standard ones and the IPC channel. */
export const RECORD_DESCRIPTOR = 4;

const SLOTS = 512;
const SLOT_BYTES = 8;

export interface RunningModel {
  readonly slot: number;
  /** Differs from run to run of a slot. */
  readonly run: number;
  readonly model: number;
}

/** The reader's side. */
export interface RunRecord {
  readonly descriptor: number;
  running(): readonly RunningModel[];
  close(): void;
}

export const openRunRecord = (): RunRecord => {
  const folder = mkdtempSync(join(tmpdir(), 'model-pool-'));
  const descriptor = openSync(join(folder, 'running'), 'w+');
  rmSync(folder, { recursive: true });
  const bytes = Buffer.alloc(SLOTS * SLOT_BYTES);
  return {
    descriptor,
    running: () => {
      const length = readSync(descriptor, bytes, 0, bytes.length, 0);
      return Array.from({ length: Math.floor(length / SLOT_BYTES) }, (_, slot) => ({
        slot,
        run: bytes.readUInt32LE(slot * SLOT_BYTES),
        model: bytes.readUInt32LE(slot * SLOT_BYTES + 4),
      })).filter(({ model }) => model !== 0);
    },
    close: () => closeSync(descriptor),
  };
};

/** The writer's side, one a thread. A write is one system call of some microseconds. */
export const runRecorder = (thread: number) => {
  const bytes = Buffer.alloc(SLOT_BYTES);
  const place = (thread % SLOTS) * SLOT_BYTES;
  let run = 0;
  const write = (model: number): void => {
    bytes.writeUInt32LE(run, 0);
    bytes.writeUInt32LE(model, 4);
    writeSync(RECORD_DESCRIPTOR, bytes, 0, SLOT_BYTES, place);
  };
  return {
    /** Notes that `model` runs until `work` has ended. */
    during: async <R>(model: number, work: () => Promise<R>): Promise<R> => {
      run = (run + 1) % 2 ** 32;
      write(model);
      try {
        return await work();
      } finally {
        write(0);
      }
    },
  };
};
