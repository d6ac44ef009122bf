// node scripts/run.mjs FILE.ts [arguments]: installs what is missing, reads .env and the URLs of the engines that are up, and
// runs the TypeScript file.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './ensure-installed.mjs';
import { addFromFile } from './environment.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const [file, ...args] = process.argv.slice(2);
if (file === undefined) {
  console.error('usage: node scripts/run.mjs FILE.ts [arguments]');
  process.exit(2);
}

ensureInstalled(root);
addFromFile(join(root, '.env'));
const enginesDir = process.env.ENGINES_DIR || join(root, '.engines');
// The keys and the demo company belong to what these engines hold, and not to what is embedded elsewhere.
if (addFromFile(join(enginesDir, 'env'))) process.env.DATA_DIR ??= join(enginesDir, 'data');

const child = spawn(process.execPath, ['--import', 'tsx', resolve(root, file), ...args], { stdio: 'inherit' });
// A terminal sends Ctrl-C to both; a service manager signals this process alone. The child decides when to end.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => {
  console.error(error.message);
  process.exitCode = 1;
});
child.on('exit', (code, signal) => {
  process.exitCode = code ?? 128 + (signal === null ? 1 : constants.signals[signal]);
});
