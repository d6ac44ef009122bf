import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { keepLooking } from './keep-looking.ts';
import { isAddress, MANIFEST_FILE, MODEL_FILE, REFUSED_FILE, type VersionAddress } from './model-folders.ts';

export interface WatchModelsFolderOptions {
  readonly modelsDir: string;
  /** Takes a folder in as a version. @returns what is wrong with it; empty when it is registered, also where it was before. */
  readonly register: (
    arrival: VersionAddress & { readonly folder: string },
    source: string,
  ) => Promise<readonly string[]>;
  readonly isRegistered: (address: VersionAddress) => Promise<boolean>;
  readonly onWarning: (message: string, error?: unknown) => void;
  /** Time between two looks. Default 1,000 ms. */
  readonly intervalMs?: number;
  /** A folder that has not changed for so long is whole. Default 2,000 ms. */
  readonly quietMs?: number;
}

/** A folder as it was seen last. */
interface Seen {
  readonly signature: string;
  /** When it was seen like this first, or may be tried again, on the clock of this process. */
  readonly since: number;
  /** Registered for good, or refused as it stands; undefined: not looked at yet. */
  readonly outcome?: 'registered' | 'refused';
}

/** What could not be examined, by no fault of the model, is tried again after this. */
const RETRY_MS = 30_000;

/**
 * Takes in models that are dropped as `<models>/<tenant>/<name>/<version>/`, at once or file after file, in any order. A folder that
 * stays the same for a while and has manifest and model is examined; what is wrong with it is written into its `refused.txt`, and it
 * is examined again when it changes. Looks by itself, because not every file system tells of changes that others make.
 */
export const watchModelsFolder = (options: WatchModelsFolderOptions): { stop(): Promise<void> } => {
  const { modelsDir, onWarning, intervalMs = 1_000 } = options;
  const seen = new Map<string, Seen>();
  const lookAtAll = async (stopping: AbortSignal): Promise<void> => {
    for (const { folder, ...address } of await versionFolders(modelsDir)) {
      if (stopping.aborted) return;
      await look(options, address, folder, seen).catch((error: unknown) => {
        onWarning(`the model in ${folder} could not be taken in`, error);
        const signature = seen.get(folder)?.signature ?? '';
        seen.set(folder, { signature, since: performance.now() + RETRY_MS });
      });
    }
  };
  return keepLooking(intervalMs, lookAtAll, (error) => onWarning('the folder of the models could not be read', error));
};

const look = async (
  { register, isRegistered, quietMs = 2_000 }: WatchModelsFolderOptions,
  address: VersionAddress,
  folder: string,
  seen: Map<string, Seen>,
): Promise<void> => {
  const known = seen.get(folder);
  if (known?.outcome === 'registered') return;
  const { signature, isWhole, isRefused } = await stateOf(folder);
  if (known?.signature !== signature) {
    seen.set(folder, { signature, since: performance.now(), ...(isRefused ? { outcome: 'refused' } : {}) });
    return;
  }
  if (known.outcome !== undefined || !isWhole || performance.now() - known.since < quietMs) return;
  const problems = isAddress(address)
    ? (await isRegistered(address))
      ? []
      : await register({ ...address, folder }, 'folder')
    : ['the folder must be <tenant>/<name>/<version>: lower case words joined by dashes, and a semantic version'];
  const refusal = join(folder, REFUSED_FILE);
  if (problems.length === 0) await rm(refusal, { force: true });
  else await writeFile(refusal, `${problems.join('\n')}\n`);
  seen.set(folder, { ...known, outcome: problems.length === 0 ? 'registered' : 'refused' });
};

/** Every folder three levels down. What can't be read holds none. */
const versionFolders = async (
  modelsDir: string,
): Promise<readonly (VersionAddress & { readonly folder: string })[]> => {
  const found: (VersionAddress & { readonly folder: string })[] = [];
  for (const tenant of await foldersIn(modelsDir))
    for (const name of await foldersIn(join(modelsDir, tenant)))
      for (const version of await foldersIn(join(modelsDir, tenant, name)))
        found.push({ tenant, name, version, folder: join(modelsDir, tenant, name, version) });
  return found;
};

const foldersIn = async (path: string): Promise<readonly string[]> => {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);
};

const stateOf = async (folder: string) => {
  const files = await Promise.all(
    (await readdir(folder)).map(async (name) => ({ name, ...(await changeOf(join(folder, name))) })),
  );
  const own = files.filter(({ name }) => name !== REFUSED_FILE && !name.startsWith('.'));
  const newest = Math.max(0, ...own.map(({ changed }) => changed));
  const names = own.map(({ name }) => name);
  return {
    signature: own
      .map(({ name, size, changed }) => `${name}:${size}:${changed}`)
      .toSorted()
      .join('|'),
    isWhole: names.includes(MANIFEST_FILE) && names.includes(MODEL_FILE),
    /** Refused before this process began, and not changed since. */
    isRefused: files.some(({ name, changed }) => name === REFUSED_FILE && changed >= newest),
  };
};

/** The change time also tells of a copy that keeps its times. */
const changeOf = async (path: string): Promise<{ readonly size: number; readonly changed: number }> => {
  const found = await stat(path).catch(() => undefined);
  return { size: found?.size ?? 0, changed: found?.ctimeMs ?? 0 };
};
