import { defineConfig } from 'vitest/config';

// Packages resolve to their sources, as they do when Node runs them: no build step before a test.
const conditions = ['@logweave/source'];
const shared = { resolve: { conditions }, ssr: { resolve: { conditions } } };

export default defineConfig({
  test: {
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          include: ['{libs,services}/*/{src,docs}/**/*.test.ts', 'tools/**/*.test.ts'],
          exclude: ['**/*.integration.test.ts', '**/node_modules/**', '**/dist/**'],
          maxWorkers: 2,
        },
      },
      {
        ...shared,
        test: {
          name: 'integration',
          include: ['{libs,services}/*/src/**/*.integration.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
          maxWorkers: 1,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
