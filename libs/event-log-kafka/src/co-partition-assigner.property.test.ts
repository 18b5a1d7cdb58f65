import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignMembers, decodeAssignment, encodeSubscription } from './co-partition-assigner.ts';
import { MemberAssignment, MemberMetadata } from './kafkajs.ts';

const TOPICS = ['http', 'network'];

interface Member {
  readonly memberId: string;
  readonly generation: number;
  readonly owned: readonly number[];
}

function assign(members: readonly Member[], partitions: number): Map<string, readonly number[]> {
  const joined = members.map(({ memberId, generation, owned }) => ({
    memberId,
    memberMetadata: encodeSubscription(TOPICS, { generation, owned }),
  }));
  const assigned = assignMembers(joined, TOPICS, partitions);
  return new Map(
    assigned.map(({ memberId, memberAssignment }) => {
      const { assignment } = MemberAssignment.decode(memberAssignment) ?? { assignment: {} };
      // Co-partitioned: of each topic the same.
      for (const topic of TOPICS) expect(assignment[topic]).toEqual(assignment['http']);
      return [memberId, decodeAssignment(memberAssignment, TOPICS)];
    }),
  );
}

const partitions = fc.integer({ min: 1, max: 40 });
/** Members may claim what others do, and what does not exist. */
const members: fc.Arbitrary<Member[]> = fc
  .array(
    fc.record({
      generation: fc.integer({ min: -1, max: 5 }),
      owned: fc.uniqueArray(fc.integer({ min: 0, max: 45 }), { maxLength: 20 }),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((claims) => claims.map((claim, i) => ({ memberId: `member-${i}`, ...claim })));

describe('the assignment of a group', () => {
  it('gives each partition to one member, in shares that differ by one at most, whatever they claim', () => {
    fc.assert(
      fc.property(partitions, members, (count, joined) => {
        const shares = [...assign(joined, count).values()];
        expect(shares.flat().toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
        const sizes = shares.map(({ length }) => length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('stays as it is while nobody comes or goes', () => {
    fc.assert(
      fc.property(partitions, members, (count, joined) => {
        const first = assign(joined, count);
        const again = joined.map(({ memberId }) => ({ memberId, generation: 6, owned: first.get(memberId) ?? [] }));
        expect(assign(again, count)).toEqual(first);
      }),
    );
  });

  it('of a group that somebody leaves moves only what was theirs', () => {
    fc.assert(
      fc.property(partitions, members, (count, joined) => {
        fc.pre(joined.length > 1);
        const first = assign(joined, count);
        const left = joined
          .slice(1)
          .map(({ memberId }) => ({ memberId, generation: 6, owned: first.get(memberId) ?? [] }));
        const second = assign(left, count);
        for (const { memberId, owned } of left) {
          const kept = second.get(memberId) ?? [];
          expect(owned.filter((index) => !kept.includes(index))).toEqual([]);
        }
      }),
    );
  });

  it('follows the newest claim: who was away has lost what others hold by now', () => {
    fc.assert(
      fc.property(partitions, fc.integer({ min: 0, max: 5 }), (count, generation) => {
        const everything = Array.from({ length: count }, (_, i) => i);
        const half = everything.filter((index) => index % 2 === 0);
        const rest = everything.filter((index) => index % 2 === 1);
        const assigned = assign(
          [
            { memberId: 'a-zombie', generation, owned: everything },
            { memberId: 'b', generation: generation + 1, owned: half },
            { memberId: 'c', generation: generation + 1, owned: rest },
          ],
          count,
        );
        const share = Math.floor(count / 3);
        // What they keep of their own is all that balance lets them keep.
        for (const [memberId, owned] of [
          ['b', half],
          ['c', rest],
        ] as const) {
          const kept = (assigned.get(memberId) ?? []).filter((index) => owned.includes(index));
          expect(kept.length).toBeGreaterThanOrEqual(Math.min(owned.length, share));
          expect(kept).toEqual(assigned.get(memberId));
        }
      }),
    );
  });

  it('takes a member that says nothing, or nonsense, for one that holds nothing', () => {
    for (const userData of ['', 'null', '{"generation":"1","owned":[0]}', '{"generation":1,"owned":["0"]}', '{']) {
      const stranger = MemberMetadata.encode({ version: 1, topics: TOPICS, userData: Buffer.from(userData) });
      const own = encodeSubscription(TOPICS, { generation: 3, owned: [0] });
      const assigned = assignMembers(
        [
          { memberId: 'a', memberMetadata: stranger },
          { memberId: 'b', memberMetadata: own },
        ],
        TOPICS,
        2,
      );
      expect(assigned.map(({ memberAssignment }) => decodeAssignment(memberAssignment, TOPICS))).toEqual([[1], [0]]);
    }
  });

  it('of nothing is nothing', () => {
    expect(decodeAssignment(Buffer.alloc(0), TOPICS)).toEqual([]);
  });
});
