import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CARD_FILE, isAddress, type MANIFEST_FILE, type VersionAddress, versionFolder } from './model-folders.ts';

/** What people read of a version's files. */
export interface ModelFiles {
  /** The text of its `manifest.json` or its `card.html`; undefined where there is none here. */
  read(address: VersionAddress, file: typeof MANIFEST_FILE | typeof CARD_FILE): Promise<string | undefined>;
}

/** @param bundledDir models that come with the platform, `<name>/<version>/`: read where the tenant has no such version. */
export const modelFiles = (modelsDir: string, bundledDir: string): ModelFiles => ({
  read: async (address, file) => {
    if (!isAddress(address)) return undefined;
    const own = await textOf(join(versionFolder(modelsDir, address), file));
    return own ?? textOf(join(bundledDir, address.name, address.version, file));
  },
});

const textOf = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};
