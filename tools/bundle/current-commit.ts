import { execFileSync } from 'node:child_process';

/**
 * The commit that is bundled: what LOGWEAVE_COMMIT says, for where there is no repository (an image, a package), else
 * what git says, with `-dirty` when files that git knows were changed. Null when neither knows.
 */
export function currentCommit(root: string, env: NodeJS.ProcessEnv): string | null {
  const given = env.LOGWEAVE_COMMIT?.trim();
  if (given !== undefined && given !== '') return given;
  const commit = git(root, ['rev-parse', '--short=12', 'HEAD']);
  if (commit === null) return null;
  return git(root, ['status', '--porcelain', '--untracked-files=no']) === '' ? commit : `${commit}-dirty`;
}

/** Null when there is no git or no repository, which is no fault. */
function git(root: string, args: readonly string[]): string | null {
  try {
    return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}
