import type { ParserRegistry, VersionRecord } from '@logweave/parser-registry';

/** What there is for a log type, without the texts. */
export type RegistryEntry = ReturnType<typeof registryEntry>;

/** What there is for each log type, in alphabetical order. */
export function registryEntries(registry: ParserRegistry): readonly RegistryEntry[] {
  return registry.logTypes().map((logType) => registryEntry(registry, logType));
}

export function registryEntry(registry: ParserRegistry, logType: string) {
  const activation = registry.activation(logType);
  const versions = (['custom', 'extension'] as const).flatMap((kind) =>
    registry.versions(logType, kind).map((version) => ({
      ...withoutText(version),
      active: registry.isActive(version),
    })),
  );
  return {
    logType,
    active: registry.active(logType)?.label ?? null,
    revision: registry.revision(logType),
    changed: activation === null ? null : { at: activation.at, by: activation.author, reason: activation.reason },
    prebuilt: registry.prebuilt(logType)?.version ?? null,
    versions,
  };
}

function withoutText({ text, ...version }: VersionRecord): Omit<VersionRecord, 'text'> & { readonly bytes: number } {
  return { ...version, bytes: Buffer.byteLength(text) };
}
