import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A tool that is not there and cannot be made, in words for people. */
export class ToolMissing extends Error {}

/** Where tools are kept between runs, outside of the repository: LOGWEAVE_TOOL_CACHE, or ~/.cache/logweave/tools. */
export function toolCache(env: Readonly<Record<string, string | undefined>> = process.env): string {
  return env['LOGWEAVE_TOOL_CACHE'] ?? join(homedir(), '.cache/logweave/tools');
}

/** The folder that the tools of a Go module belong into: another version of any of them is another folder. */
export function toolFolder(
  cache: string,
  name: string,
  module: { readonly mod: string; readonly sum: string },
): string {
  const digest = createHash('sha256').update(module.mod).update('\0').update(module.sum).digest('hex');
  return join(cache, `${name}-${digest.slice(0, 16)}`);
}

/**
 * Builds what a Go module lists under `tool`, unless that was done before.
 * @param name of the module's folder beside this file
 * @returns the folder with the programs
 * @throws ToolMissing without Go, or when it cannot build them
 */
export function goTools(name: string, cache = toolCache()): string {
  const source = join(import.meta.dirname, name);
  const read = (file: string): string => readFileSync(join(source, file), 'utf8');
  const folder = toolFolder(cache, name, { mod: read('go.mod'), sum: read('go.sum') });
  if (existsSync(folder)) return folder;
  const version = spawnSync('go', ['version'], { encoding: 'utf8' });
  if (version.error !== undefined || version.status !== 0) {
    throw new ToolMissing(`${name} has to be built, and there is no Go: install Go 1.26 (https://go.dev/dl)`);
  }
  mkdirSync(cache, { recursive: true });
  console.error(`Building ${name} into ${folder}, five to ten minutes the first time`);
  // Elsewhere first, so that a build that was interrupted is never taken for a whole one.
  const fresh = mkdtempSync(join(cache, `${name}-building-`));
  const args = ['build', '-trimpath', '-ldflags', '-s -w', '-o', `${fresh}/`, 'tool'];
  const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -buildvcs=false' };
  const built = spawnSync('nice', ['-n', '10', 'go', ...args], { cwd: source, stdio: 'inherit', env });
  if (built.status !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    throw new ToolMissing(`go could not build ${name}; the messages above say why`);
  }
  // Another build may have been quicker.
  if (existsSync(folder)) rmSync(fresh, { recursive: true });
  else renameSync(fresh, folder);
  return folder;
}
