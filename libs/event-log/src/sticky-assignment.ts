/** A member and the partition indexes it holds at the moment. */
export interface AssignmentClaim {
  readonly member: string;
  readonly owned: readonly number[];
}

/**
 * Who gets which partition index of co-partitioned topics: every index exactly once, members' shares differ by one at
 * most, and as few indexes move as that allows. Deterministic: ties go by the members' names. An index that two
 * members claim belongs to the first of them by name.
 */
export function assignSticky(
  partitions: number,
  claims: readonly AssignmentClaim[],
): ReadonlyMap<string, readonly number[]> {
  const byName = [...claims].sort((a, b) => compare(a.member, b.member));
  const owner: (string | undefined)[] = Array.from({ length: partitions });
  const held = new Map<string, number[]>(byName.map(({ member }) => [member, []]));
  for (const { member, owned } of byName) {
    for (const index of [...owned].sort((a, b) => a - b)) {
      if (index < 0 || index >= partitions || owner[index] !== undefined) continue;
      owner[index] = member;
      held.get(member)?.push(index);
    }
  }
  if (byName.length === 0) return held;
  // The larger shares go to those who hold most already: anything else would move more.
  const order = [...held.keys()].sort((a, b) => sizeOf(held, b) - sizeOf(held, a) || compare(a, b));
  const share = Math.floor(partitions / order.length);
  const larger = partitions % order.length;
  const free = owner.flatMap((member, index) => (member === undefined ? [index] : []));
  const quotas = new Map(order.map((member, i) => [member, share + (i < larger ? 1 : 0)]));
  for (const [member, quota] of quotas) free.push(...(held.get(member)?.splice(quota) ?? []));
  free.sort((a, b) => a - b);
  for (const { member } of byName) {
    const indexes = held.get(member) ?? [];
    indexes.push(...free.splice(0, (quotas.get(member) ?? 0) - indexes.length));
    indexes.sort((a, b) => a - b);
  }
  return held;
}

function sizeOf(held: ReadonlyMap<string, readonly number[]>, member: string): number {
  return held.get(member)?.length ?? 0;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
