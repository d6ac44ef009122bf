import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where engines keep their data, logs and pids: ENGINES_DIR, or `.engines` of this checkout. */
export const enginesDir = (): string =>
  resolve(process.env.ENGINES_DIR || fileURLToPath(new URL('../../.engines', import.meta.url)));

/** The URLs of the engines that are up, as `npm start` and tests read them. */
export const envFile = (dir: string): string => join(dir, 'env');

/** Writes the URLs whole or not at all, and removes the file when there are none. */
export const writeUrls = async (dir: string, urls: Readonly<Record<string, string>>): Promise<void> => {
  const file = envFile(dir);
  const lines = Object.entries(urls).map(([variable, url]) => `${variable}=${url}\n`);
  if (lines.length === 0) return rm(file, { force: true });
  await writeFile(`${file}.new`, lines.join(''));
  await rename(`${file}.new`, file);
};

/** @returns undefined when no engine is up */
export const readUrls = (dir: string): Promise<string | undefined> =>
  readFile(envFile(dir), 'utf8').catch(() => undefined);
