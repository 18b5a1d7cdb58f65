/**
 * `node tools/check-boundaries.ts [ROOT]`: checks which way the packages of the repository depend on each other, that
 * pure libraries stay pure, and that nobody but the system clock asks the machine for the time. Prints each finding as
 * `file:line message` and ends with 1 when there is any.
 */
import { resolve } from 'node:path';
import { checkWorkspace } from './boundaries/check-workspace.ts';
import { readWorkspace } from './boundaries/workspace.ts';

const workspace = readWorkspace(resolve(process.argv[2] ?? '.'));
const findings = checkWorkspace(workspace);
for (const { path, line, message } of findings) console.log(`${path}:${line} ${message}`);
if (findings.length > 0) {
  console.log(`${findings.length} crossed boundaries`);
  process.exitCode = 1;
}
