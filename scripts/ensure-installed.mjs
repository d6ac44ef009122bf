// Plain JavaScript on node's own modules: it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Oldest Node that has all that is used: `crypto.hash`, `process.loadEnvFile`. */
const OLDEST_NODE = [20, 12];

/**
 * Installs the dependencies of `root` with `npm ci` where they are missing or of another lock file than the present one.
 * @param {string} root
 */
export const ensureInstalled = (root) => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    throw new Error(`Node ${OLDEST_NODE.join('.')} or newer is needed; this is ${process.versions.node}`);
  }
  const lockFile = join(root, 'package-lock.json');
  const marker = join(root, 'node_modules', '.installed-from');
  const lockHash = createHash('sha256').update(readFileSync(lockFile)).digest('hex');
  if (isInstalled(root, lockFile, marker, lockHash)) return;

  console.error(
    'Installing what is missing (npm ci). Where no prebuilt SQLite can be fetched, compiling it takes about two minutes.',
  );
  // npm tells its children where it is; run without npm, the one on the path is taken.
  const npm = process.env.npm_execpath;
  const { error, status } = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, 'ci', '--include=dev'], { cwd: root, stdio: ['ignore', 2, 2] })
    : spawnSync('npm', ['ci', '--include=dev'], {
        cwd: root,
        stdio: ['ignore', 2, 2],
        shell: process.platform === 'win32',
      });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`npm ci ended with ${status}`);
  writeFileSync(marker, lockHash);
};

/** By our own note of the lock file; else, after an install by hand, by the times of npm's own note and the lock file. */
const isInstalled = (root, lockFile, marker, lockHash) => {
  if (existsSync(marker)) return readFileSync(marker, 'utf8') === lockHash;
  const npmNote = join(root, 'node_modules', '.package-lock.json');
  return existsSync(npmNote) && statSync(npmNote).mtimeMs >= statSync(lockFile).mtimeMs;
};
