import type { BundleIdentity, LockedPackage, LockFile } from './production-manifest.ts';

/**
 * What a bundle is made of, as CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/): the packages inlined in it, and
 * those that `npm ci` puts beside it. It has neither a time nor a random number, so the same bundle has the same one.
 * @param inlined paths in the lock file of the packages within the bundle
 * @param beside the lock file of the bundle itself
 * @throws Error when the lock file does not have an inlined package
 */
export function billOfMaterials(
  { name, version, license, commit }: BundleIdentity,
  inlined: readonly string[],
  lock: LockFile,
  beside: LockFile,
): object {
  const purl = purlOf(name, version);
  const properties = commit === null ? {} : { properties: [{ name: 'logweave:commit', value: commit }] };
  const component = {
    type: 'application',
    'bom-ref': purl,
    name,
    version,
    ...licensesOf(license),
    purl,
    ...properties,
  };
  const all = new Map<string, object>();
  for (const path of inlined) {
    const found = lock.packages[path];
    if (found === undefined) throw new Error(`the lock file has no ${path}`);
    const described = describe(path, found, 'inlined');
    all.set(described.purl, described);
  }
  for (const [path, found] of Object.entries(beside.packages)) {
    if (path === '') continue;
    const described = describe(path, found, 'installed');
    all.set(described.purl, described);
  }
  const components = [...all.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component },
    components,
  };
}

function describe(path: string, found: LockedPackage, how: 'inlined' | 'installed') {
  const fullName = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const [name, group] = fullName.split('/').toReversed() as [string, string | undefined];
  const purl = purlOf(fullName, found.version ?? '');
  return {
    type: 'library',
    'bom-ref': purl,
    ...(group === undefined ? {} : { group }),
    name,
    version: found.version,
    // Of an optional one npm installs what fits the platform.
    scope: found.optional === true && how === 'installed' ? 'optional' : 'required',
    ...hashesOf(found.integrity),
    ...licensesOf(found.license),
    purl,
    properties: [{ name: 'logweave:contained', value: how }],
  };
}

/** https://github.com/package-url/purl-spec: the @ of a scope is escaped, its slash is not. */
function purlOf(name: string, version: string): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

/** An SPDX expression covers a single identifier as well. */
function licensesOf(license: string | undefined): object {
  return license === undefined ? {} : { licenses: [{ expression: license }] };
}

/** npm writes digests in base64 with their algorithm before them; CycloneDX wants hexadecimal. */
function hashesOf(integrity: string | undefined): object {
  const digest = /^sha512-(\S+)/.exec(integrity ?? '')?.[1];
  if (digest === undefined) return {};
  return { hashes: [{ alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') }] };
}
