import { join, relative } from 'node:path';
import { defineConfig } from 'vitest/config';

// Packages resolve to their sources, as they do when Node runs them: no build step before a test.
const conditions = ['@logweave/source'];
const shared = { resolve: { conditions }, ssr: { resolve: { conditions } } };

// Started inside a package, as nx does it, only that package's tests run.
const root = import.meta.dirname;
const started = relative(root, process.cwd());
const inPackage = /^(libs|services)\/[^/]+$/.test(started);
const packages = inPackage ? started : '{libs,services}/*';

const exclude = ['**/node_modules/**', '**/dist/**'];

export default defineConfig({
  root,
  test: {
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          include: [`${packages}/{src,docs}/**/*.test.ts`, ...(inPackage ? [] : ['tools/**/*.test.ts'])],
          exclude: ['**/*.integration.test.ts', '**/*.kafka.test.ts', ...exclude],
          maxWorkers: 2,
          // Property tests are bounded by their runs, not by the clock of a machine that has other things to do.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        ...shared,
        test: {
          name: 'integration',
          include: [
            `${packages}/src/**/*.integration.test.ts`,
            ...(inPackage ? [] : ['tools/**/*.integration.test.ts']),
          ],
          exclude,
          maxWorkers: 1,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        ...shared,
        test: {
          name: 'kafka',
          include: [`${packages}/src/**/*.kafka.test.ts`, ...(inPackage ? [] : ['tools/**/*.kafka.test.ts'])],
          exclude,
          // One broker for the whole run, which the files use one after the other.
          globalSetup: [join(root, 'libs/event-log-kafka/src/testing/global-setup.ts')],
          maxWorkers: 1,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
