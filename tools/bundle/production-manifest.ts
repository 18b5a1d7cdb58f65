/** What npm writes about a package in `package-lock.json`, as far as it is looked at here. */
export interface LockedPackage {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string;
  /** `sha512-` and the digest of the archive in base64. */
  readonly integrity?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly link?: boolean;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly optional?: boolean;
  readonly peer?: boolean;
  readonly bin?: Readonly<Record<string, string>>;
  readonly engines?: Readonly<Record<string, string>>;
}

export interface LockFile {
  readonly name?: string;
  readonly version?: string;
  readonly lockfileVersion?: number;
  readonly requires?: boolean;
  /** By path: `''` is the project, `node_modules/a/node_modules/b` what only `a` gets. */
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

/** What the bundle's own `package.json` says of it, without the dependencies. */
export interface BundleIdentity {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly engines: Readonly<Record<string, string>>;
  /** Null when it was bundled outside of a repository and nobody said which commit it is. */
  readonly commit: string | null;
}

export interface ProductionManifest {
  /** `package.json` */
  readonly manifest: Readonly<Record<string, unknown>>;
  /** `package-lock.json`, in which each package has the version, address and integrity of the whole lock file. */
  readonly lock: LockFile;
}

/**
 * The manifest of some packages and the part of the lock file that they need, for `npm ci`.
 * @throws Error when the lock file lacks one of them, or something that they cannot do without.
 */
export function productionManifest(
  identity: BundleIdentity,
  names: readonly string[],
  lock: LockFile,
): ProductionManifest {
  const needed = new Map<string, LockedPackage>();
  const dependencies: Record<string, string> = {};
  for (const name of [...names].sort()) {
    const found = lock.packages[`node_modules/${name}`];
    if (found?.version === undefined || found.link === true) throw new Error(`the lock file has no package ${name}`);
    dependencies[name] = found.version;
    follow(`node_modules/${name}`, false, lock, needed);
  }
  const { commit, ...described } = identity;
  const manifest = {
    ...described,
    ...(commit === null ? {} : { commit }),
    private: true,
    type: 'module',
    bin: { logweave: './bin/logweave.mjs' },
    dependencies,
  };
  const root = { name: identity.name, version: identity.version, license: identity.license, dependencies };
  const packages = Object.fromEntries([...needed].sort(([a], [b]) => (a < b ? -1 : 1)));
  return {
    manifest,
    lock: {
      name: identity.name,
      version: identity.version,
      lockfileVersion: 3,
      requires: true,
      packages: { '': { ...root, bin: manifest.bin, engines: identity.engines }, ...packages },
    },
  };
}

/** A package is optional when every way to it is. */
function follow(path: string, optional: boolean, lock: LockFile, needed: Map<string, LockedPackage>): void {
  const before = needed.get(path);
  if (before !== undefined && (before.optional !== true || optional)) return;
  const found = withoutAbsent(path, lock);
  needed.set(path, optional ? { ...found, optional: true } : found);
  const peers = Object.keys(found.peerDependencies ?? {}).filter(
    (name) => found.peerDependenciesMeta?.[name]?.optional !== true,
  );
  for (const name of [...Object.keys(found.dependencies ?? {}), ...peers]) {
    if (name in (found.optionalDependencies ?? {})) continue;
    const dependency = resolve(path, name, lock);
    if (dependency === null) throw new Error(`the lock file has no ${name}, which ${path} needs`);
    follow(dependency, optional, lock, needed);
  }
  for (const name of Object.keys(found.optionalDependencies ?? {})) {
    const dependency = resolve(path, name, lock);
    if (dependency !== null) follow(dependency, true, lock, needed);
  }
}

/**
 * A package as the bundle's lock file has it. What it may have and the whole lock file has not (for other platforms) is
 * not mentioned: npm would look for it, and call the lock file incomplete.
 */
function withoutAbsent(path: string, lock: LockFile): LockedPackage {
  const { dev: _, devOptional: _1, peer: _2, optional: _3, ...found } = lock.packages[path] as LockedPackage;
  const { optionalDependencies, ...rest } = found;
  const there = Object.entries(optionalDependencies ?? {}).filter(([name]) => resolve(path, name, lock) !== null);
  return there.length === 0 ? rest : { ...rest, optionalDependencies: Object.fromEntries(there) };
}

/** The nearest `node_modules` that has it, going up from the package, as Node looks for it. */
function resolve(from: string, name: string, { packages }: LockFile): string | null {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const path = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (packages[path] !== undefined) return path;
    if (folder === '') return null;
  }
}
