import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { billOfMaterials } from './bill-of-materials.ts';
import { EMBEDDED_ENGINE, ENTRY_POINTS, EXTERNAL_PACKAGES } from './entry-points.ts';
import { lazyPackageNames } from './lazy-package-names.ts';
import { collectLicences, packageFolders } from './licences.ts';
import { type LockFile, productionManifest } from './production-manifest.ts';

export interface BundleOptions {
  /** The repository. */
  readonly root: string;
  /** Where the bundle goes. What is there is removed first. */
  readonly outDir: string;
  readonly commit: string | null;
}

export interface BundleSummary {
  readonly version: string;
  readonly files: number;
  readonly bytes: number;
  /** How many packages are within the bundle, whose licences are collected. */
  readonly packages: number;
}

// Packages that were written for CommonJS ask for Node's own modules with `require`, which a module has not got.
const REQUIRE = "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);";

const BUILD_FOLDER = 'dist/bundle/lib';

/**
 * Makes a folder that runs on Node alone once `npm ci` was run in it:
 *
 *     bin/logweave.mjs              the command
 *     lib/                          the programs, what they share, source maps
 *     parsers/                      the parsers that come with the program
 *     package.json, -lock.json      the packages that are not inlined, the embedded ClickHouse engine among them
 *     sbom.cdx.json                 what it is made of, those packages included
 *     slim/                         these three without that engine: copy them over the others before `npm ci`
 *     tools/send-lines.mjs          sends lines to a socket, as a piped log of Apache too
 *     config.example.yml, LICENSE, THIRD-PARTY-LICENSES.txt
 *
 * @throws Error when the sources cannot be bundled
 */
export async function createBundle({ root, outDir, commit }: BundleOptions): Promise<BundleSummary> {
  rmSync(outDir, { recursive: true, force: true });
  const result = await build({
    absWorkingDir: root,
    entryPoints: { ...ENTRY_POINTS },
    // Source maps have paths that are relative to it: the same wherever the bundle goes.
    outdir: BUILD_FOLDER,
    write: false,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node26',
    conditions: ['@logweave/source'],
    external: [...EXTERNAL_PACKAGES],
    banner: { js: REQUIRE },
    sourcemap: 'linked',
    sourcesContent: false,
    metafile: true,
    plugins: [lazyPackageNames(EXTERNAL_PACKAGES)],
    logLevel: 'warning',
  });
  mkdirSync(join(outDir, 'lib'), { recursive: true });
  for (const { path, contents } of result.outputFiles) writeFileSync(join(outDir, 'lib', basename(path)), contents);
  const inlined = packageFolders(Object.keys(result.metafile.inputs));
  writeFileSync(join(outDir, 'THIRD-PARTY-LICENSES.txt'), collectLicences(root, inlined));
  mkdirSync(join(outDir, 'bin'));
  cpSync(join(root, 'tools/bundle/logweave.mjs'), join(outDir, 'bin/logweave.mjs'));
  cpSync(join(root, 'libs/default-parsers/parsers'), join(outDir, 'parsers'), { recursive: true });
  // Plain JavaScript already, for machines that send.
  for (const file of ['tools/send-lines.mjs', 'tools/send-lines/from-apache.mjs', 'LICENSE', 'config.example.yml'])
    cpSync(join(root, file), join(outDir, file));

  const lock = readJson(join(root, 'package-lock.json')) as LockFile;
  const { name, version, license, engines } = readJson(join(root, 'services/logweave/package.json')) as Identity;
  const identity = { name, version, license, engines, commit };
  const withoutEngine = EXTERNAL_PACKAGES.filter((each) => each !== EMBEDDED_ENGINE);
  for (const [folder, external] of [
    [outDir, EXTERNAL_PACKAGES],
    [join(outDir, 'slim'), withoutEngine],
  ] as const) {
    const production = productionManifest(identity, external, lock);
    mkdirSync(folder, { recursive: true });
    writeJson(join(folder, 'package.json'), production.manifest);
    writeJson(join(folder, 'package-lock.json'), production.lock);
    writeJson(join(folder, 'sbom.cdx.json'), billOfMaterials(identity, inlined, lock, production.lock));
  }

  const outputs = Object.values(result.metafile.outputs);
  const bytes = outputs.reduce((sum, output) => sum + output.bytes, 0);
  return { version, files: outputs.length, bytes, packages: inlined.length };
}

interface Identity {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly engines: Readonly<Record<string, string>>;
}

function writeJson(file: string, content: object): void {
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
