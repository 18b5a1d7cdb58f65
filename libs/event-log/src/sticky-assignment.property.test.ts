import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignSticky } from './sticky-assignment.ts';

const claims = fc
  .record({
    partitions: fc.integer({ min: 0, max: 40 }),
    owners: fc.array(fc.integer({ min: -1, max: 7 }), { minLength: 40, maxLength: 40 }),
    members: fc.uniqueArray(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 8 }),
  })
  .map(({ partitions, owners, members }) => ({
    partitions,
    claims: members.map((m) => ({
      member: `member-${m}`,
      owned: owners.flatMap((owner, index) => (owner === m && index < partitions ? [index] : [])),
    })),
  }));

describe('assignSticky', () => {
  it('gives every index to exactly one member, in shares that differ by one at most', () => {
    fc.assert(
      fc.property(claims, ({ partitions, claims }) => {
        const shares = [...assignSticky(partitions, claims).values()];
        const all = shares.flat().sort((a, b) => a - b);
        expect(all).toEqual(Array.from({ length: partitions }, (_, i) => i));
        const sizes = shares.map((s) => s.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        expect(shares).toHaveLength(claims.length);
      }),
    );
  });

  it('moves no more than balance demands', () => {
    fc.assert(
      fc.property(claims, ({ partitions, claims }) => {
        const assigned = assignSticky(partitions, claims);
        const kept = claims.reduce(
          (sum, { member, owned }) => sum + owned.filter((i) => assigned.get(member)?.includes(i)).length,
          0,
        );
        const share = Math.floor(partitions / claims.length);
        let larger = partitions % claims.length;
        const best = claims
          .map(({ owned }) => owned.length)
          .sort((a, b) => b - a)
          .reduce((sum, size) => sum + Math.min(size, larger-- > 0 ? share + 1 : share), 0);
        expect(kept).toBe(best);
      }),
    );
  });

  it('ignores claims that another member makes too, and claims out of range', () => {
    const assigned = assignSticky(4, [
      { member: 'a', owned: [0, 1, 9] },
      { member: 'b', owned: [1, 2, -1] },
    ]);
    expect([...assigned]).toEqual([
      ['a', [0, 1]],
      ['b', [2, 3]],
    ]);
  });
});
