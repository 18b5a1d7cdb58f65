/**
 * `npm run bench [-- NAME...]`: runs the benchmarks of this folder one after the other, each in a process of its own, so
 * that none measures another's heap. With names only those whose file name contains one of them.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';

const wanted = process.argv.slice(2);
const folder = import.meta.dirname;
const files = readdirSync(folder)
  .filter((file) => file.endsWith('.bench.ts'))
  .filter((file) => wanted.length === 0 || wanted.some((name) => file.includes(name)))
  .sort();

console.log(`Node ${process.version}, ${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown processor'}`);
if (files.length === 0) {
  console.error(`no benchmark is named like ${wanted.join(', ')}`);
  process.exitCode = 2;
}
for (const file of files) {
  console.log(`\n== ${file}`);
  const { status } = spawnSync(process.execPath, ['--expose-gc', '--conditions=@logweave/source', join(folder, file)], {
    stdio: 'inherit',
  });
  if (status !== 0) {
    console.error(`${file} ended with ${status}`);
    process.exitCode = 1;
  }
}
