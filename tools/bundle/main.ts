/**
 * `node tools/bundle/main.ts [DIR]`: bundles the program into DIR, dist/bundle unless it is given. What it needs beside
 * itself then comes with `npm ci --omit=dev --ignore-scripts` in DIR. LOGWEAVE_COMMIT in the environment says which
 * commit it is where there is no git repository.
 */
import { resolve } from 'node:path';
import { createBundle } from './create-bundle.ts';
import { currentCommit } from './current-commit.ts';

const root = resolve(import.meta.dirname, '../..');
const outDir = resolve(process.argv[2] ?? `${root}/dist/bundle`);
const commit = currentCommit(root, process.env);
const { version, files, bytes, packages } = await createBundle({ root, outDir, commit });
console.log(
  `logweave ${version} (${commit ?? 'of no known commit'}) is in ${outDir}: ` +
    `${files} files, ${Math.round(bytes / 1024)} KiB, with ${packages} packages inlined`,
);
