import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { root } from './source-files.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'scripts-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('ensure-installed', () => {
  /** A stand-in for npm that notes how it was called, makes node_modules, and ends with `status`. */
  const install = (status = 0) => {
    const npm = join(dir, 'npm.js');
    writeFileSync(
      npm,
      `const fs = require('fs');
       fs.appendFileSync(${JSON.stringify(join(dir, 'calls'))}, process.argv.slice(2).join(' ') + '\\n');
       fs.mkdirSync('node_modules', { recursive: true });
       fs.writeFileSync('node_modules/.package-lock.json', '{}');
       process.exit(${status});`,
    );
    const script = pathToFileURL(join(root, 'scripts/ensure-installed.mjs')).href;
    return spawnSync(
      process.execPath,
      ['--input-type=module', '-e', `(await import('${script}')).ensureInstalled(${JSON.stringify(dir)})`],
      { env: { ...process.env, npm_execpath: npm }, encoding: 'utf8' },
    );
  };
  const calls = (): string => {
    try {
      return readFileSync(join(dir, 'calls'), 'utf8');
    } catch {
      return '';
    }
  };

  it('installs a fresh clone once, and again only after the lock file changed', () => {
    writeFileSync(join(dir, 'package-lock.json'), '{"a":1}');
    expect(install().status).toBe(0);
    expect(calls()).toBe('ci --include=dev\n');
    install();
    expect(calls()).toBe('ci --include=dev\n');
    writeFileSync(join(dir, 'package-lock.json'), '{"a":2}');
    install();
    expect(calls()).toBe('ci --include=dev\nci --include=dev\n');
  });

  it('leaves an install by hand alone, unless the lock file is newer', () => {
    writeFileSync(join(dir, 'package-lock.json'), '{}');
    mkdirSync(join(dir, 'node_modules'));
    writeFileSync(join(dir, 'node_modules', '.package-lock.json'), '{}');
    const past = new Date(Date.now() - 60_000);
    utimesSync(join(dir, 'package-lock.json'), past, past);
    install();
    expect(calls()).toBe('');
    utimesSync(join(dir, 'node_modules', '.package-lock.json'), new Date(0), new Date(0));
    install();
    expect(calls()).toBe('ci --include=dev\n');
  });

  it('says that an install failed, and tries again the next time', () => {
    writeFileSync(join(dir, 'package-lock.json'), '{}');
    utimesSync(join(dir, 'package-lock.json'), new Date(), new Date(Date.now() + 3_600_000));
    const first = install(7);
    expect(first.status).not.toBe(0);
    expect(first.stderr).toContain('npm ci ended with 7');
    install(7);
    expect(calls()).toBe('ci --include=dev\nci --include=dev\n');
  });
});

describe('run', () => {
  const run = (program: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) => {
    const file = join(dir, 'program.ts');
    writeFileSync(file, program);
    const { JOBS_URL: _jobs, EVENT_BUS_URL: _bus, ...inherited } = process.env;
    return spawn(process.execPath, [join(root, 'scripts/run.mjs'), file, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...inherited, ENGINES_DIR: dir, ...env },
    });
  };

  it('runs TypeScript with its arguments and ends as it ends', async () => {
    const child = run('const all: string[] = process.argv.slice(2); console.log(all.join("+")); process.exit(5);', [
      'a',
      'b',
    ]);
    let printed = '';
    child.stdout.on('data', (chunk) => {
      printed += String(chunk);
    });
    expect(await once(child, 'close')).toEqual([5, null]);
    expect(printed).toBe('a+b\n');
  });

  it('hands SIGTERM on, and waits for an orderly end', async () => {
    const child = run(
      'const stay = setInterval(() => {}, 1000); process.on("SIGTERM", () => { clearInterval(stay); process.exitCode = 3; }); console.log("up");',
    );
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([3, null]);
  });

  it('gives the URLs of the engines that are up, and lets what is set win, even where it is empty', async () => {
    writeFileSync(join(dir, 'env'), 'JOBS_URL=redis://127.0.0.1:1/0\nEVENT_BUS_URL=kafka://127.0.0.1:2\n');
    const program = 'console.log(JSON.stringify([process.env.JOBS_URL, process.env.EVENT_BUS_URL]))';
    expect(await text(run(program).stdout)).toBe('["redis://127.0.0.1:1/0","kafka://127.0.0.1:2"]\n');
    expect(await text(run(program, [], { JOBS_URL: '', EVENT_BUS_URL: 'kafka://b:3' }).stdout)).toBe(
      '["","kafka://b:3"]\n',
    );
  });
});

describe('variables from a file', () => {
  it('are added unless they are there already or empty, so that a copy of .env.example hides no engine', async () => {
    const { addFromFile } = await import(pathToFileURL(join(root, 'scripts/environment.mjs')).href);
    const file = join(dir, 'env');
    writeFileSync(file, '# a note\nSPEC_EMPTY=\nSPEC_THERE=from-file\nSPEC_NEW=a=b\n');
    vi.stubEnv('SPEC_THERE', 'before');
    addFromFile(file);
    addFromFile(join(dir, 'no such file'));
    expect([process.env.SPEC_EMPTY, process.env.SPEC_THERE, process.env.SPEC_NEW]).toEqual([
      undefined,
      'before',
      'a=b',
    ]);
    vi.unstubAllEnvs();
    delete process.env.SPEC_NEW;
  });
});
