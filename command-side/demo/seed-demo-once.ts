import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DemoAccess, type SeedDependencies, seedDemo } from './seed-demo.ts';

const FILE = 'demo.json';

/** DATA_DIR/demo.json: how to enter the demo company. */
export interface DemoFile extends DemoAccess {
  readonly baseUrl: string;
}

/** What a seed that was cut off goes on with. */
interface Begun {
  readonly password: string;
  readonly today: string;
}

/**
 * Seeds the demo company unless that was done, and keeps DATA_DIR/demo.json (mode 0600: it holds credentials) up to date.
 * @returns undefined when the log holds something else than a demo: a real company is never mixed with it.
 */
export const seedDemoOnce = async (
  deps: Omit<SeedDependencies, 'password' | 'today'> & { readonly dataDir: string; readonly baseUrl: string },
): Promise<DemoFile | undefined> => {
  const { dataDir, baseUrl } = deps;
  const path = join(dataDir, FILE);
  const begunPath = join(dataDir, 'demo-begun.json');
  const known = await readJson<DemoFile>(path);
  if (known !== undefined) {
    const file = { ...known, baseUrl };
    await write(path, file);
    return file;
  }
  let begun = await readJson<Begun>(begunPath);
  if (begun === undefined) {
    if ((await deps.eventStore.headPosition()) > 0) return undefined;
    begun = { password: randomBytes(9).toString('base64url'), today: new Date().toISOString() };
    await write(begunPath, begun);
  }
  const file = { baseUrl, ...(await seedDemo({ ...deps, ...begun })) };
  await write(path, file);
  return file;
};

const readJson = async <T>(path: string): Promise<T | undefined> => {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`${path} can't be read: ${(error as Error).message}`);
  }
};

/** Whole or not at all, whenever the process ends. */
const write = async (path: string, content: object): Promise<void> => {
  await writeFile(`${path}.new`, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
};
