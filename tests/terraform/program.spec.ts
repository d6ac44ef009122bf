import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { terraformFolder } from './terraform-modules.ts';

const run = (...args: readonly string[]) =>
  spawnSync('terraform', args, {
    cwd: terraformFolder,
    encoding: 'utf8',
    env: { ...process.env, CHECKPOINT_DISABLE: '1' },
  });

/** Only where the program is installed. `validate` needs providers, which only a registry of Terraform has: see terraform/README.md. */
const isThere = run('version').status === 0;

describe.runIf(isThere)('the terraform program', () => {
  it('finds every file formatted', () => {
    const { status, stdout } = run('fmt', '-check', '-recursive', '-list=true');
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });
});
