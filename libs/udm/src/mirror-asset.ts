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
  const asset = isJsonObject(noun['asset']) ? noun['asset'] : {};
  let changedNoun: MutableJson | null = null;
  let changedAsset: MutableJson | null = null;
  for (const field of SINGLE_FIELDS) {
    const value = noun[field] ?? asset[field];
    if (value === undefined) continue;
    if (noun[field] !== value) changedNoun = { ...(changedNoun ?? noun), [field]: value };
    if (asset[field] !== value) changedAsset = { ...(changedAsset ?? asset), [field]: value };
  }
  for (const field of REPEATED_FIELDS) {
    const own = listOf(noun[field]);
    const others = listOf(asset[field]);
    if (own.length === 0 && others.length === 0) continue;
    const both = [...new Set([...own, ...others])];
    if (both.length !== own.length) changedNoun = { ...(changedNoun ?? noun), [field]: both };
    if (both.length !== others.length || both.some((value, at) => value !== others[at])) {
      changedAsset = { ...(changedAsset ?? asset), [field]: both };
    }
  }
  if (changedNoun === null && changedAsset === null) return noun;
  const result: MutableJson = { ...(changedNoun ?? noun) };
  if (changedAsset !== null) result['asset'] = changedAsset;
  return result;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
