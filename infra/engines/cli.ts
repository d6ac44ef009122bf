import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runCommand, UsageError } from '../terminal/run-command.ts';
import { allEngines } from './all-engines.ts';
import { type Engine, programOf } from './engine.ts';
import { bringUp, statuses, takeDown } from './engine-runs.ts';
import { enginesDir, envFile, readUrls } from './engines-dir.ts';
import { buildFastMongodb } from './mongodb.ts';
import { showLog } from './show-log.ts';
import { engineCache } from './start-engine.ts';

const USAGE = `usage: npm run engines -- COMMAND
  up [NAME…] [--port NAME=PORT]   starts what is not up, all by default, and prints the URLs
  down [NAME…]                    ends them by pid; their data stays
  status                          what is up, where, and how much memory it holds
  logs NAME [-f]                  the end of its log; -f goes on with it
  build-fast                      builds the faster MongoDB stand-in (once, about ten minutes)
names: ${allEngines.map(({ name }) => name).join(', ')}
Data, logs and pids are in ENGINES_DIR (default .engines), downloads in ENGINES_CACHE (default ~/.cache/spirit-tours-engines).`;

const tell = (line: string): void => console.error(line);
const dir = enginesDir();

const engineNamed = (name: string): Engine => {
  const engine = allEngines.find((one) => one.name === name);
  if (engine === undefined) throw new UsageError(`no engine is named "${name}"`);
  return engine;
};

const named = (names: readonly string[]): readonly Engine[] =>
  names.length === 0 ? allEngines : [...new Set(names)].map(engineNamed);

/** `kafka=19092` */
const portGiven = (text: string): readonly [Engine, number] => {
  const [, name = '', digits] = /^([^=]*)=(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (!(port >= 1 && port <= 65_535)) throw new UsageError(`--port wants NAME=PORT, not "${text}"`);
  return [engineNamed(name), port];
};

const up = async (names: readonly string[], ports: readonly string[]): Promise<number> => {
  const given = new Map(ports.map(portGiven));
  const engines = named(names.length === 0 ? [] : [...names, ...[...given.keys()].map(({ name }) => name)]);
  const wanted = engines.map((engine) => ({ engine, port: given.get(engine) }));
  const failures = await bringUp(dir, allEngines, wanted, tell);
  for (const { engine, error } of failures) tell(`${engine.name} is not up: ${error.message}`);
  const urls = await readUrls(dir);
  if (urls !== undefined) {
    tell(`written to ${envFile(dir)}, from where npm start and npm test take them:`);
    process.stdout.write(urls);
  }
  return failures.length === 0 ? 0 : 1;
};

const down = async (names: readonly string[]): Promise<number> => {
  const ended = await takeDown(dir, allEngines, named(names));
  tell(ended.length === 0 ? 'nothing was up' : `ended: ${ended.map(({ name }) => name).join(', ')}`);
  return 0;
};

const status = async (): Promise<number> => {
  const rows = (await statuses(dir, allEngines)).map(({ engine, running, ready }) => [
    engine.name,
    running === undefined ? 'down' : ready ? 'up' : 'not ready',
    ...(running === undefined
      ? ['-', '-', '-', '-']
      : [
          String(running.pid),
          `${Math.round(running.residentBytes / 2 ** 20)} MB`,
          String(running.port),
          engine.url(running.port),
        ]),
    programOf(engine),
  ]);
  const table = [['NAME', 'STATE', 'PID', 'MEMORY', 'PORT', 'URL', 'PROGRAM'], ...rows];
  const widths = table.reduce<readonly number[]>(
    (most, row) => row.map((cell, at) => Math.max(cell.length, most[at] ?? 0)),
    [],
  );
  for (const row of table)
    console.log(
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  return 0;
};

const logs = async (names: readonly string[], follow: boolean): Promise<number> => {
  const [name, ...more] = names;
  if (name === undefined || more.length > 0) throw new UsageError('logs wants the name of one engine');
  await showLog(join(dir, engineNamed(name).name, 'log'), follow);
  return 0;
};

const buildFast = async (): Promise<number> => {
  tell('building the faster MongoDB stand-in, about ten minutes …');
  await buildFastMongodb(engineCache());
  return 0;
};

const main = async (): Promise<number> => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { port: { type: 'string', multiple: true }, follow: { type: 'boolean', short: 'f' } },
  });
  const [command, ...names] = positionals;
  const { port: ports = [], follow = false } = values;
  if (ports.length > 0 && command !== 'up') throw new UsageError('--port goes with up');
  if (follow && command !== 'logs') throw new UsageError('-f goes with logs');
  if (command === 'up') return up(names, ports);
  if (command === 'down') return down(names);
  if (command === 'logs') return logs(names, follow);
  if (names.length > 0) throw new UsageError(`${command} takes no name`);
  if (command === 'status') return status();
  if (command === 'build-fast') return buildFast();
  throw new UsageError(command === undefined ? 'a command is missing' : `there is no command "${command}"`);
};

await runCommand(USAGE, main);
// A server that was started must not keep this process.
process.exit();
