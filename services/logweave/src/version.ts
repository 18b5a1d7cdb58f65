import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

interface Manifest {
  readonly version: string;
  readonly commit: string | null;
}

/** Of the package, the same beside `src`, beside `dist` and in a bundle. */
const MANIFEST = readManifest();
export const VERSION = MANIFEST.version;

/** The commit that was bundled; in a checkout the one that is checked out. Null when nothing says it. */
export function readCommit(): string | null {
  return MANIFEST.commit ?? (import.meta.url.endsWith('.ts') ? checkedOut() : null);
}

function readManifest(): Manifest {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  if (typeof manifest !== 'object' || manifest === null || !('version' in manifest)) {
    throw new Error('package.json of logweave has no version');
  }
  return { version: String(manifest.version), commit: 'commit' in manifest ? String(manifest.commit) : null };
}

function checkedOut(): string | null {
  try {
    const args = ['rev-parse', '--short=12', 'HEAD'];
    const cwd = import.meta.dirname;
    return execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch (error) {
    // No git, or sources that came without a repository.
    if (error instanceof Error) return null;
    throw error;
  }
}
