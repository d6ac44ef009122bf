import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { EngineUnavailableError } from '../engine.ts';

const run = promisify(execFile);
const sourceOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const SOURCES = ['pom.xml', 'Launcher.java', 'LocalModule.java', 'build-home.ts'];
export const VERSION = '8.19.21';

/** Where the programs of exactly these sources are in the cache. */
export const homeIn = async (cache: string): Promise<string> => {
  const hash = createHash('sha256');
  for (const file of SOURCES) hash.update(await readFile(sourceOf(file)));
  return join(cache, 'elasticsearch', `${VERSION}-${hash.digest('hex').slice(0, 12)}`);
};

/**
 * Fetches Elasticsearch by Maven and compiles what the registry lacks, where the cache has it not yet.
 * @throws EngineUnavailableError when Java's compiler or Maven is missing.
 */
export const buildHome = async (cache: string): Promise<void> => {
  await need('java', ['-version'], 'openjdk-17-jdk-headless');
  const home = await homeIn(cache);
  if (await exists(home)) return;
  await need('javac', ['-version'], 'openjdk-17-jdk-headless');
  await need('mvn', ['-v'], 'maven');
  await mkdir(join(cache, 'elasticsearch'), { recursive: true });
  const built = await mkdtemp(join(cache, 'elasticsearch', 'building-'));
  try {
    await fill(built);
    // Another process may have been faster: its home is the same.
    await rename(built, home).catch(async (error: unknown) => {
      if (!(await exists(home))) throw error;
    });
  } finally {
    await rm(built, { recursive: true, force: true });
  }
};

const fill = async (home: string): Promise<void> => {
  const [lib, netty, local] = [join(home, 'lib'), join(home, 'modules/transport-netty4'), join(home, 'modules/local')];
  for (const folder of [lib, netty, local]) await mkdir(folder, { recursive: true });
  await cp(sourceOf('pom.xml'), join(home, 'pom.xml'));
  await run('mvn', ['-B', '-q', 'dependency:copy-dependencies', `-DoutputDirectory=${lib}`], { cwd: home });
  const compile = async (source: string, jar: string): Promise<void> => {
    const classes = join(home, 'classes', source);
    await run('javac', ['-nowarn', '-d', classes, '-cp', `${lib}/*`, sourceOf(source)]);
    await run('jar', ['cf', jar, '-C', classes, '.']);
  };
  await compile('Launcher.java', join(lib, 'launcher.jar'));

  // A module is loaded by itself: what it brings must not lie among the server's own.
  for (const jar of await readdir(lib))
    if (/^(transport-netty4|netty)-/.test(jar)) await rename(join(lib, jar), join(netty, jar));
  const inJar = 'META-INF/es-plugins/transport-netty4/plugin-descriptor.properties';
  await run('jar', ['xf', join(netty, `transport-netty4-${VERSION}.jar`), inJar], { cwd: home });
  const descriptor = await readFile(join(home, inJar), 'utf8');
  await writeFile(join(netty, 'plugin-descriptor.properties'), descriptor.replace(/^modulename=.*$/m, ''));

  await compile('LocalModule.java', join(local, 'local.jar'));
  const own = {
    description: 'What the product needs of modules that are on no registry',
    version: '1',
    name: 'local',
    classname: 'LocalModule',
    'java.version': '17',
    'elasticsearch.version': VERSION,
  };
  const lines = Object.entries(own).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(join(local, 'plugin-descriptor.properties'), lines.join(''));
};

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const need = async (program: string, args: readonly string[], debianPackage: string): Promise<void> => {
  try {
    await run(program, args);
  } catch (error) {
    throw new EngineUnavailableError(`elasticsearch needs ${program}: apt-get install ${debianPackage}`, {
      cause: error,
    });
  }
};
