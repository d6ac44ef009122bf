import { chmod, cp, mkdir, mkdtemp, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { ExaminationTask } from './examination-process.ts';
import { examineApart } from './examine-apart.ts';
import { EXAMINATION_LIMITS, type Examination, type ExaminationLimits } from './examine-folder.ts';
import {
  hashOfFile,
  incomingDir,
  isAddress,
  MANIFEST_FILE,
  MODEL_FILE,
  REFUSED_FILE,
  type VersionAddress,
  versionFolder,
} from './model-folders.ts';

/** The folder of a model that has come, and which version of whose model it says to be. */
export interface ModelArrival extends VersionAddress {
  readonly folder: string;
}

export interface ModelIntakeOptions {
  /** Made when it is not there. */
  readonly modelsDir: string;
  /** Default: EXAMINATION_LIMITS. */
  readonly limits?: Partial<ExaminationLimits>;
  /** Default: in a process of its own. */
  readonly examine?: (task: ExaminationTask) => Promise<Examination>;
}

/** Examines models that come and gives each its place. Nothing is ever half in its place, whenever the process dies. */
export interface ModelIntake {
  /** A new, empty folder beside the models for files that come. */
  newFolder(): Promise<string>;
  /**
   * The facts of a model that may be given traffic, or what is wrong with it. One at a time, in a process of its own.
   * @throws Error when it could not be examined
   */
  examine(arrival: ModelArrival): Promise<Examination>;
  /**
   * Moves an examined folder to the place of its version, where it never changes any more.
   * @returns false when another model has that place
   */
  keep(arrival: ModelArrival): Promise<boolean>;
}

/** Longer than any upload or training takes: what is older was left by a process that died. */
const ABANDONED_MS = 24 * 60 * 60_000;

/** Opens the intake, and removes what uploads that were cut off by a crash have left. */
export const openModelIntake = async ({
  modelsDir,
  limits,
  examine = examineApart,
}: ModelIntakeOptions): Promise<ModelIntake> => {
  const incoming = incomingDir(modelsDir);
  await mkdir(incoming, { recursive: true });
  await removeAbandoned(incoming);
  const newFolder = () => mkdtemp(join(incoming, 'model-'));
  let last: Promise<unknown> = Promise.resolve();
  return {
    newFolder,
    examine: (arrival) => {
      const { folder, ...address } = arrival;
      if (!isAddress(address)) return Promise.resolve({ problems: [addressProblem(address)] });
      const task = { folder, address, limits: { ...EXAMINATION_LIMITS, ...limits } };
      const examination = last.then(() => examine(task));
      last = examination.catch(() => {});
      return examination;
    },
    keep: (arrival) => keep(modelsDir, arrival, newFolder),
  };
};

const addressProblem = ({ name, version }: VersionAddress): string =>
  `${name}/${version}: a model is named by lower case words joined by dashes and has a semantic version like 1.4.0`;

const removeAbandoned = async (incoming: string): Promise<void> => {
  for (const name of await readdir(incoming)) {
    const path = join(incoming, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > ABANDONED_MS) await rm(path, { recursive: true, force: true });
  }
};

const keep = async (
  modelsDir: string,
  { folder, ...address }: ModelArrival,
  newFolder: () => Promise<string>,
): Promise<boolean> => {
  const place = versionFolder(modelsDir, address);
  await sealFiles(folder);
  if (resolve(folder) === resolve(place)) return true;
  await mkdir(dirname(place), { recursive: true });
  // From another file system it can't be moved at once: it is copied beside its place first.
  const beside = isBeside(folder, modelsDir) ? folder : await copied(folder, await newFolder());
  try {
    if (await movedTo(beside, place)) return true;
    if (await isWhole(place)) return await isSame(beside, place);
    const aside = await newFolder();
    await rename(place, join(aside, 'before'));
    await rm(aside, { recursive: true, force: true });
    return await movedTo(beside, place);
  } finally {
    if (beside !== folder) await rm(beside, { recursive: true, force: true });
  }
};

const isBeside = (folder: string, modelsDir: string): boolean =>
  resolve(dirname(folder)) === resolve(incomingDir(modelsDir));

const copied = async (folder: string, target: string): Promise<string> => {
  await cp(folder, target, { recursive: true });
  await sealFiles(target);
  return target;
};

/** A folder is moved onto an empty one or onto none: a place that is taken stays as it is. */
const movedTo = async (folder: string, place: string): Promise<boolean> => {
  try {
    await rename(folder, place);
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
  await sync(dirname(place));
  return true;
};

/** What somebody began to drop there, or what was refused, makes room. */
const isWhole = async (place: string): Promise<boolean> => {
  const names = await readdir(place);
  return names.includes(MANIFEST_FILE) && names.includes(MODEL_FILE) && !names.includes(REFUSED_FILE);
};

const isSame = async (folder: string, place: string): Promise<boolean> => {
  const [ours, theirs] = await Promise.all([folder, place].map((at) => readFile(join(at, MANIFEST_FILE))));
  if (ours === undefined || theirs === undefined || !ours.equals(theirs)) return false;
  const [hash, other] = await Promise.all([folder, place].map((at) => hashOfFile(join(at, MODEL_FILE))));
  return hash === other;
};

/** What is registered must be on the disk, as its event is, and is not to be written over: a session may be loaded from it any time. */
const sealFiles = async (folder: string): Promise<void> => {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isFile()) continue;
    await sync(join(folder, entry.name));
    await chmod(join(folder, entry.name), 0o444);
  }
  await sync(folder);
};

const sync = async (path: string): Promise<void> => {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};
