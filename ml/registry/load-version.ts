import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServedVersion } from '../serving/model-stages.ts';
import { hashOfFile, MANIFEST_FILE, MODEL_FILE } from './model-folders.ts';
import { readManifest } from './read-manifest.ts';

/**
 * A version from its folder.
 * @param hash SHA-256 that `model.onnx` must have; undefined: it is not checked
 * @throws Error when files are missing or not what was registered; the message tells which
 */
export const loadVersion = async (directory: string, hash?: string): Promise<ServedVersion> => {
  const read = readManifest(await readFile(join(directory, MANIFEST_FILE), 'utf8'));
  if ('problems' in read) throw new Error(`${directory}: ${read.problems[0]}`);
  if (hash !== undefined && (await hashOfFile(join(directory, MODEL_FILE))) !== hash)
    throw new Error(`${join(directory, MODEL_FILE)} is not the file that was registered`);
  return { version: read.manifest.version, directory, manifest: read.manifest };
};
