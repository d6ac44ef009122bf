// node scripts/test.mjs [vitest arguments]: types, lint and format, then all tests with coverage. The last line counts the tests.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './ensure-installed.mjs';
import { variablesOf } from './environment.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const results = join(root, 'coverage', 'tests.json');

/** Runs a program of node_modules; true where it succeeds. */
const succeeds = (title, program, args) => {
  console.log(`\n> ${title}`);
  const { status } = spawnSync(process.execPath, [join(root, 'node_modules', program), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  return status === 0;
};

/** How many tests passed and failed. A file that could not even be loaded has no tests, and counts as one failure. */
const countTests = () => {
  if (!existsSync(results)) return { passed: 0, failed: 1 };
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(results, 'utf8'));
  const unloaded = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
  return { passed: numPassedTests, failed: numFailedTests + unloaded };
};

const ENGINE_VARIABLES = ['EVENT_STORE_URL', 'EVENT_BUS_URL', 'DOCUMENTS_URL', 'SEARCH_URL', 'JOBS_URL'];

/** Engines that should be up (`npm run engines -- up`) and are not. Without REQUIRE_ENGINES their tests are left out. */
const missingEngines = () => {
  if (process.env.REQUIRE_ENGINES !== 'true') return [];
  const urls = variablesOf(join(process.env.ENGINES_DIR || join(root, '.engines'), 'env'));
  return ENGINE_VARIABLES.filter((variable) => urls[variable] === undefined);
};

ensureInstalled(root);
mkdirSync(join(root, 'coverage'), { recursive: true });
rmSync(results, { force: true });

const checks = [
  succeeds('types', 'typescript/bin/tsc', ['-p', '.']),
  succeeds('lint and format', '@biomejs/biome/bin/biome', ['check', '--error-on-warnings']),
];
const testsSucceed = succeeds('tests', 'vitest/vitest.mjs', [
  'run',
  '--coverage',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${results}`,
  ...process.argv.slice(2),
]);

const { passed, failed } = countTests();
const failedChecks = checks.filter((succeeded) => !succeeded).length;
if (failedChecks > 0) console.log(`\n${failedChecks} of types, lint and format failed: see above`);
const missing = missingEngines();
if (missing.length > 0) console.log(`\nno engine is up for ${missing.join(', ')}`);
// vitest may also fail for what no test tells, like an unhandled rejection.
const failures = failed + failedChecks + missing.length + (testsSucceed || failed > 0 ? 0 : 1);
console.log(`\n${passed} passed, ${failures} failed`);
process.exitCode = failures === 0 ? 0 : 1;
