import { isJsonObject, type MutableJson, type UdmJson } from './udm-json.ts';

/** The nouns of an event that the reference engine does this for; `observer`, `intermediary` and `about` are not. */
const NOUNS = ['principal', 'src', 'target'] as const;

/** What names a machine, in the noun itself and in its `asset`. */
const SINGLE_FIELDS = ['hostname', 'assetId'] as const;
const REPEATED_FIELDS = ['ip', 'mac'] as const;

/**
 * Makes a machine the same in a noun and in its `asset`: host name, asset id, addresses and MAC addresses that one of the
 * two has, the other gets. Lists become what both have, each value once; the noun's single value wins. Gives a new event
 * when something changes. Source: the events of the reference engine, where the two never differ.
 */
export function mirrorAssets(event: UdmJson): UdmJson {
  let mirrored: MutableJson | null = null;
  for (const name of NOUNS) {
    const noun = event[name];
    if (!isJsonObject(noun)) continue;
    const changed = mirrorNoun(noun);
    if (changed === noun) continue;
    mirrored ??= { ...event };
    mirrored[name] = changed;
  }
  return mirrored ?? event;
}

function mirrorNoun(noun: UdmJson): UdmJson {
  const given = noun['asset'];
  if (!isJsonObject(given)) return withAsset(noun);
  let changedNoun: MutableJson | null = null;
  let changedAsset: MutableJson | null = null;
  for (const field of SINGLE_FIELDS) {
    const value = noun[field] ?? given[field];
    if (noun[field] !== value) changedNoun = { ...(changedNoun ?? noun), [field]: value };
    if (given[field] !== value) changedAsset = { ...(changedAsset ?? given), [field]: value };
  }
  for (const field of REPEATED_FIELDS) {
    const own = listOf(noun[field]);
    const others = listOf(given[field]);
    const both = union(own, others);
    if (both.length !== own.length) changedNoun = { ...(changedNoun ?? noun), [field]: both };
    if (!sameItems(both, others)) changedAsset = { ...(changedAsset ?? given), [field]: both };
  }
  if (changedAsset === null) return changedNoun ?? noun;
  return { ...(changedNoun ?? noun), asset: changedAsset };
}

/** The usual noun has no asset of its own. */
function withAsset(noun: UdmJson): UdmJson {
  let changed: MutableJson | null = null;
  let asset: MutableJson | null = null;
  for (const field of SINGLE_FIELDS) {
    const value = noun[field];
    if (value === undefined) continue;
    asset ??= {};
    asset[field] = value;
  }
  for (const field of REPEATED_FIELDS) {
    const own = listOf(noun[field]);
    if (own.length === 0) continue;
    const each = union(own, []);
    if (each.length !== own.length) changed = { ...(changed ?? noun), [field]: each };
    asset ??= {};
    asset[field] = each;
  }
  return asset === null ? noun : { ...(changed ?? noun), asset };
}

/** What both have, each value once; the first list itself when that is all. */
function union(own: readonly unknown[], others: readonly unknown[]): readonly unknown[] {
  if (others.length === 0 && own.length <= 1) return own;
  const both = new Set([...own, ...others]);
  return both.size === own.length ? own : [...both];
}

function sameItems(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left === right || (left.length === right.length && left.every((value, at) => value === right[at]));
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
