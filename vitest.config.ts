import { defineConfig } from 'vitest/config';

/** Specs that start whole platforms or kill processes: one file at a time, after the others, so that timings mean something. */
const WHOLE_PLATFORM = ['**/*.e2e.spec.ts', 'tests/chaos/**/*.spec.ts'];

export default defineConfig({
  test: {
    // Measured the same as threads here; a process of its own also survives a native addon that a thread would not.
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['**/*.spec.ts'],
          exclude: ['**/node_modules/**', ...WHOLE_PLATFORM],
          testTimeout: 20_000,
          hookTimeout: 30_000,
          sequence: { groupOrder: 0 },
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
          sequence: { groupOrder: 1 },
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
