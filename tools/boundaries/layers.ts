/** What the packages may be to each other. A package that is not named here is refused until somebody places it. */

/** The short name of a package: the folder under `libs/` or `services/`. */
export type PackageName = string;

/** From the ground up. A package imports from its own layer and those below it, never from above. */
const LAYERS = [
  { name: 'domain', packages: ['json-bytes', 'model', 'correlation', 'generate', 'grok', 'udm', 'parser-lang'] },
  { name: 'port', packages: ['event-log', 'parser-registry'] },
  { name: 'proof', packages: ['audit'] },
  {
    name: 'adapter',
    packages: [
      'event-log-embedded',
      'event-log-kafka',
      'warehouse',
      'warehouse-embedded',
      'intake',
      'service-kit',
      'default-parsers',
    ],
  },
  { name: 'service', packages: ['socket-ingestor', 'correlator', 'parser', 'file-writer', 'clickhouse-writer'] },
  { name: 'command line', packages: ['logweave'] },
] as const;

/** The layer whose members never import each other: a service stands alone. */
const ALONE = 'service';

/** Packages that do no input or output, and whose dependencies from outside the workspace do none either. */
export const PURE: readonly PackageName[] = [
  'json-bytes',
  'model',
  'correlation',
  'generate',
  'grok',
  'udm',
  'parser-lang',
  'event-log',
  'parser-registry',
  'audit',
];

/** What a pure package may use from outside the workspace: libraries that compute and touch nothing else. */
export const COMPUTING_DEPENDENCIES: Readonly<Record<PackageName, readonly string[]>> = {
  grok: ['re2js'],
  'parser-lang': ['bowser', 'csv-parse', 'saxes'],
};

/** Files of pure packages that are the exception, by a pattern of their path inside the repository, and why. */
export const PURE_EXCEPTIONS: readonly { readonly path: RegExp; readonly why: string }[] = [
  { path: /^libs\/generate\/src\/(socket-sender|write-stream-files)\.ts$/, why: 'bring the stream out' },
  { path: /^libs\/grok\/src\/regexp-engine\.ts$/, why: "sets V8's flags for regular expressions" },
];

/** Builtin modules that compute and touch nothing outside the process. */
export const COMPUTING_BUILTINS: readonly string[] = ['node:buffer', 'node:crypto', 'node:util', 'node:events'];

/** Entries of a package beside its `index.ts`, and who may use them: tests, or these packages as well. */
export const OTHER_ENTRIES: Readonly<Record<string, readonly PackageName[]>> = {
  contract: [],
  memory: [],
  // Servers to test against; the torture of `logweave` starts them as well.
  testing: ['logweave'],
  // What the logs that live in one process share: groups, consumers, waiting.
  local: ['event-log-embedded'],
};

/** Where the machine's clock, its timers and its randomness may be asked for. */
export const CLOCK_FILES: readonly { readonly path: RegExp; readonly why: string }[] = [
  { path: /^libs\/service-kit\/src\/system-clock\.ts$/, why: 'the system clock' },
  { path: /^(bench|tools)\//, why: 'measures the machine' },
  {
    path: /^libs\/warehouse-embedded\/src\/main\.ts$/,
    why: "the engine's process, which has no other part to get a clock from",
  },
];

export function layerOf(name: PackageName): number {
  return LAYERS.findIndex((layer) => (layer.packages as readonly string[]).includes(name));
}

/** Whether a package is a service or stands on services: no library needs one, not even for its tests. */
export function isService(name: PackageName): boolean {
  return layerOf(name) >= LAYERS.findIndex((layer) => layer.name === ALONE);
}

/** Why `from` may not import `to`, or null when it may. */
export function refusal(from: PackageName, to: PackageName): string | null {
  const below = layerOf(to);
  const above = layerOf(from);
  if (below === -1) return `${to} is in no layer: place it in tools/boundaries/layers.ts`;
  if (below > above) {
    return `${from} (${LAYERS[above]?.name}) must not know ${to} (${LAYERS[below]?.name}): turn the dependency round, or move what both need down`;
  }
  if (below === above && LAYERS[above]?.name === ALONE) {
    return `services do not import each other: move what ${from} needs of ${to} into a library`;
  }
  return null;
}
