import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

export interface SourceFile {
  /** From the root of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** Tests, and what only tests import. */
  readonly forTests: boolean;
}

export interface WorkspacePackage {
  /** As in package.json, `@logweave/model`. */
  readonly id: string;
  /** The folder's name, `model`. */
  readonly name: string;
  /** From the root, `libs/model`. */
  readonly folder: string;
  readonly dependencies: ReadonlySet<string>;
  readonly devDependencies: ReadonlySet<string>;
  /** Folders that tsconfig.json refers to, from the root. */
  readonly references: ReadonlySet<string>;
  readonly files: readonly SourceFile[];
}

export interface Workspace {
  readonly packages: readonly WorkspacePackage[];
  /** What the root brings for tests: vitest, fast-check. */
  readonly rootDevDependencies: ReadonlySet<string>;
}

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** Reads all packages of the repository at `root`. Throws when a manifest or tsconfig.json is missing or is not JSON. */
export function readWorkspace(root: string): Workspace {
  const manifest = readJson(join(root, 'package.json')) as Manifest;
  const packages = globSync('{libs,services}/*/package.json', { cwd: root })
    .sort()
    .map((path) => readPackage(root, dirname(path)));
  return { packages, rootDevDependencies: new Set(Object.keys(manifest.devDependencies ?? {})) };
}

function readPackage(root: string, folder: string): WorkspacePackage {
  const manifest = readJson(join(root, folder, 'package.json')) as Manifest;
  const tsconfig = readJson(join(root, folder, 'tsconfig.json')) as { references?: { path: string }[] };
  const references = (tsconfig.references ?? []).map(({ path }) => relative(root, join(root, folder, path)));
  const files = globSync('{src,docs}/**/*.ts', { cwd: join(root, folder) })
    .sort()
    .map((path) => `${folder}/${path}`);
  return {
    id: manifest.name,
    name: folder.slice(folder.indexOf('/') + 1),
    folder,
    dependencies: new Set(Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })),
    devDependencies: new Set(Object.keys(manifest.devDependencies ?? {})),
    references: new Set(references),
    files: files.map((path) => ({
      path,
      text: readFileSync(join(root, path), 'utf8'),
      forTests: isForTests(path),
    })),
  };
}

/** A test, a chapter that runs as one, a contract suite, the in-memory adapter, or what tests share in a folder. */
export function isForTests(path: string): boolean {
  return /\.test\.ts$|\/docs\/|\/src\/(contract|memory|simulation|testing)\//.test(path);
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}
