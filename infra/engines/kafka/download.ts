import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { EngineUnavailableError } from '../engine.ts';
import { freePort } from '../start-engine.ts';
import { acceptsConnections, jvmOptions, layOut } from './server.ts';

const run = promisify(execFile);

export const VERSION = '4.4.0';
const ARTIFACTS = [
  `org.apache.kafka:kafka_2.13:${VERSION}`,
  'org.apache.logging.log4j:log4j-slf4j-impl:2.25.3',
  'org.apache.logging.log4j:log4j-core:2.25.3',
];

const dependency = (coordinates: string): string => {
  const [group, artifact, version] = coordinates.split(':');
  return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
};

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion>
<groupId>spirit-tours</groupId><artifactId>engine</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>${ARTIFACTS.map(dependency).join('')}</dependencies>
</project>`;

/** Where the server's jars are. */
export const home = (cache: string): string => join(cache, 'kafka', VERSION);
const libs = (cache: string): string => join(home(cache), 'libs');
const archive = (cache: string): string => join(home(cache), 'classes.jsa');

/** The jars in an order that is always the same: a class archive is only taken for the class path it was made with. */
export const classPath = async (cache: string): Promise<string> =>
  (await readdir(libs(cache)))
    .sort()
    .map((jar) => join(libs(cache), jar))
    .join(':');

/** Options that make the server start from the archive of its classes, in half the time. */
export const fromArchive = (cache: string): readonly string[] =>
  existsSync(archive(cache)) ? [`-XX:SharedArchiveFile=${archive(cache)}`, '-Xshare:auto'] : [];

/** @throws EngineUnavailableError */
const mustRun = async (program: string, versionFlag: string, debianPackage: string): Promise<string> => {
  try {
    const { stdout, stderr } = await run(program, [versionFlag]);
    return `${stdout}${stderr}`;
  } catch (error) {
    throw new EngineUnavailableError(
      `kafka needs the program ${program}, which does not run here; on Debian: apt-get install ${debianPackage}`,
      { cause: error },
    );
  }
};

const JAVA_PACKAGE = 'openjdk-17-jre-headless';

const mustHaveJava = async (): Promise<void> => {
  const version = /version "(\d+)/.exec(await mustRun('java', '-version', JAVA_PACKAGE))?.[1];
  if (Number(version) < 17)
    throw new EngineUnavailableError(
      `kafka needs Java 17 or later, and this is ${version}; on Debian: apt-get install ${JAVA_PACKAGE}`,
    );
};

/**
 * Fetches the server from Maven Central into the cache, and makes the archive of its classes.
 * @throws EngineUnavailableError when Java or Maven is missing; Error with Maven's words when it could not fetch.
 */
export const download = async (cache: string): Promise<void> => {
  await mustHaveJava();
  if (!existsSync(libs(cache))) {
    await mustRun('mvn', '--version', 'maven');
    await mkdir(home(cache), { recursive: true });
    const dir = await mkdtemp(join(home(cache), 'fetch-'));
    try {
      await writeFile(join(dir, 'pom.xml'), POM);
      await run('mvn', ['-B', '-q', 'dependency:copy-dependencies', '-DoutputDirectory=libs'], { cwd: dir });
      // Another process may have been quicker: its jars are the same.
      await rename(join(dir, 'libs'), libs(cache)).catch((error) => {
        if (!existsSync(libs(cache))) throw error;
      });
    } finally {
      await rm(dir, { recursive: true });
    }
  }
  if (!existsSync(archive(cache))) await archiveClasses(cache);
};

/** Lets a server run once and write down which classes it loaded. */
const archiveClasses = async (cache: string): Promise<void> => {
  const dir = await mkdtemp(join(home(cache), 'archive-'));
  try {
    const [port, innerPort] = [await freePort(), await freePort()];
    const jars = await classPath(cache);
    const properties = await layOut({ cache, dir, port, innerPort }, ['-cp', jars]);
    const made = join(dir, 'classes.jsa');
    const args = [...jvmOptions(dir), `-XX:ArchiveClassesAtExit=${made}`, '-cp', jars, 'kafka.Kafka', properties];
    const server = spawn('java', args, { stdio: 'ignore' });
    const ended = once(server, 'exit');
    for (let tries = 0; tries < 600 && server.exitCode === null && !(await acceptsConnections(port)); tries++)
      await pause(50);
    server.kill('SIGTERM');
    await ended;
    // Without an archive the server starts more slowly, and that is all.
    await rename(made, archive(cache)).catch(() => undefined);
  } finally {
    await rm(dir, { recursive: true });
  }
};
