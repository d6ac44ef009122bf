import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServedVersion } from '../serving/model-stages.ts';
import { loadVersion } from './load-version.ts';

/** Models that come with the platform, by name, each with its versions; the one to use comes first. */
export type BundledModels = ReadonlyMap<string, readonly ServedVersion[]>;

/**
 * Reads `<dir>/<name>/<version>/`. No such folder: none.
 * @throws Error when one of them is not whole: the platform was not installed whole
 */
export const readBundledModels = async (dir: string): Promise<BundledModels> => {
  const models = new Map<string, readonly ServedVersion[]>();
  for (const name of await foldersIn(dir)) {
    const folders = (await foldersIn(join(dir, name))).toSorted(bySemanticVersion);
    const versions = await Promise.all(folders.map((version) => loadVersion(join(dir, name, version))));
    if (versions.length > 0) models.set(name, versions);
  }
  return models;
};

const foldersIn = async (path: string): Promise<readonly string[]> => {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
};

/** The newest first: numbers count as numbers. */
const bySemanticVersion = (a: string, b: string): number => b.localeCompare(a, 'en', { numeric: true });
