// node scripts/ci.mjs [vitest arguments]: starts engines of its own with fresh data, tests with them, and takes them down again.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const enginesDir = mkdtempSync(join(tmpdir(), 'spirit-tours-engines-'));
const env = { ...process.env, ENGINES_DIR: enginesDir, REQUIRE_ENGINES: 'true' };

const engines = (...args) => [join(root, 'scripts/run.mjs'), 'infra/engines/cli.ts', ...args];
// What comes last on standard output is the count of the tests, so what this says goes elsewhere.
const takeDown = () => {
  spawnSync(process.execPath, engines('down'), { env, cwd: root, stdio: ['ignore', 2, 'ignore'] });
  rmSync(enginesDir, { recursive: true, force: true, maxRetries: 5 });
};

let underWay;
let interruptedBy;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    interruptedBy ??= signal;
    // A group of its own: the tests' workers, and the platforms that they started, end with it.
    if (underWay?.pid !== undefined) process.kill(-underWay.pid, signal);
  });

/** Exit code of a program of ours, and of all that it started. */
const run = async (args) => {
  underWay = spawn(process.execPath, args, { env, cwd: root, stdio: ['ignore', 'inherit', 'inherit'], detached: true });
  const code = await new Promise((resolve) => underWay.once('exit', (exitCode) => resolve(exitCode ?? 1)));
  underWay = undefined;
  return code;
};

try {
  // An engine that can't be started is told here, and counted as a failure with the tests.
  await run(engines('up'));
  if (interruptedBy === undefined)
    process.exitCode = await run([join(root, 'scripts/test.mjs'), ...process.argv.slice(2)]);
} finally {
  takeDown();
}
if (interruptedBy !== undefined) process.exitCode = 128 + constants.signals[interruptedBy];
