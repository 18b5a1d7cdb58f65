import type { Location } from './problem.ts';

/** A configuration as a tree in which everything knows where it was written. */
export type ConfigNode = ConfigMap | ConfigList | ConfigScalar;

export interface ConfigMap {
  readonly kind: 'map';
  readonly at: Location;
  readonly entries: Map<string, ConfigEntry>;
}

export interface ConfigEntry {
  /** Where the key stands. */
  readonly keyAt: Location;
  readonly node: ConfigNode;
}

export interface ConfigList {
  readonly kind: 'list';
  readonly at: Location;
  readonly items: ConfigNode[];
}

export interface ConfigScalar {
  readonly kind: 'scalar';
  readonly at: Location;
  readonly value: string | number | boolean | null;
  /** As it was written, without quotes: `0660` for what YAML reads as the number 660. */
  readonly source: string;
}
