import { defineConfig } from 'vitest/config';

/** Specs that start whole platforms or kill processes: one file at a time, after the others, so that timings mean something. */
const WHOLE_PLATFORM = ['**/*.e2e.spec.ts', 'tests/chaos/**/*.spec.ts'];

/** Specs against the engines that are up (tests/engines/engine-urls.ts): one file at a time, since they share them. */
const ENGINES = ['**/*.engine.spec.ts'];

export default defineConfig({
  test: {
    // Measured the same as threads here; a process of its own also survives a native addon that a thread would not.
    pool: 'forks',
    // Whatever a shell, .env or .engines/env says, a platform that a spec starts is embedded, unless the spec names engines.
    env: { EVENT_STORE_URL: '', EVENT_BUS_URL: '', DOCUMENTS_URL: '', SEARCH_URL: '', JOBS_URL: '' },
    projects: [
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['**/*.spec.ts'],
          exclude: ['**/node_modules/**', ...WHOLE_PLATFORM, ...ENGINES],
          testTimeout: 20_000,
          hookTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'engines',
          include: ENGINES,
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'whole',
          include: WHOLE_PLATFORM,
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
    coverage: {
      provider: 'v8',
      reporter: ['text-summary', 'json-summary'],
      include: ['{contracts,infra,command-side,projections,query-side,ml}/**/*.ts', 'main.ts'],
      exclude: ['**/*.spec.ts'],
    },
  },
});
