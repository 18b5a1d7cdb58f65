import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const LICENCE_FILE = /^(licen[cs]e|copying|notice)([.-].*)?$/i;

/** Folders of the packages that these files come from, such as `node_modules/pino`. Each once, sorted. */
export function packageFolders(files: Iterable<string>): string[] {
  const folders = new Set<string>();
  for (const file of files) {
    const folder = /^([^:]*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
    if (folder !== undefined) folders.add(folder);
  }
  return [...folders].sort();
}

/**
 * One text with the licence of each package.
 * @param root what the folders are relative to
 * @throws Error when a package neither has the text of a licence nor says which it is under
 */
export function collectLicences(root: string, folders: readonly string[]): string {
  const head = 'Logweave contains code of these packages, each under the licence that stands below its name.\n';
  return [head, ...folders.map((folder) => licenceOf(join(root, folder)))].join(`\n${'-'.repeat(80)}\n\n`);
}

function licenceOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly version: string;
    readonly license?: string;
  };
  const texts = (existsSync(folder) ? readdirSync(folder) : [])
    .filter((file) => LICENCE_FILE.test(file))
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8').trim());
  if (texts.length === 0 && license === undefined) throw new Error(`${name} ${version} says nothing of its licence`);
  const said = license === undefined ? '' : ` (${license})`;
  return `${[`${name} ${version}${said}`, ...texts].join('\n\n')}\n`;
}
