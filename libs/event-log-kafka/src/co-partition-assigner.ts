import { type AssignmentClaim, assignSticky } from '@logweave/event-log';
import { type JoinedGroup, MemberAssignment, MemberMetadata } from './kafkajs.ts';

/** All members of a group must offer it, so that another client cannot join and assign in its own way. */
export const ASSIGNER_NAME = 'logweave-co-partitioned-sticky';
const VERSION = 1;

/** What a member held when it joined. */
interface Claim {
  readonly generation: number;
  readonly owned: readonly number[];
}

/** What a member says about itself when it joins: the partition indexes that it holds since a generation. */
export function encodeSubscription(topics: readonly string[], claim: Claim): Buffer {
  return MemberMetadata.encode({ version: VERSION, topics, userData: Buffer.from(JSON.stringify(claim)) });
}

/**
 * Assigns partition indexes, each with all topics, to the members that have joined. Runs on the leader of the group only.
 * An index goes to who held it in the newest generation, as far as balance allows.
 */
export function assignMembers(
  members: JoinedGroup['members'],
  topics: readonly string[],
  partitions: number,
): { memberId: string; memberAssignment: Buffer }[] {
  const claims = members.map(({ memberId, memberMetadata }) => ({ member: memberId, ...decodeClaim(memberMetadata) }));
  const assigned = assignSticky(partitions, newestClaims(claims));
  return members.map(({ memberId }) => {
    const indexes = assigned.get(memberId) ?? [];
    const assignment = Object.fromEntries(topics.map((topic) => [topic, indexes]));
    return { memberId, memberAssignment: MemberAssignment.encode({ version: VERSION, assignment }) };
  });
}

/** The partition indexes of an assignment, ascending. */
export function decodeAssignment(bytes: Buffer, topics: readonly string[]): readonly number[] {
  const [topic] = topics;
  const assignment = bytes.length === 0 ? null : MemberAssignment.decode(bytes);
  return (topic === undefined ? [] : (assignment?.assignment[topic] ?? [])).toSorted((a, b) => a - b);
}

/** Of members that claim the same index only the one that held it last: the other has been away meanwhile. */
function newestClaims(claims: readonly (AssignmentClaim & Claim)[]): AssignmentClaim[] {
  const newest = new Map<number, number>();
  for (const { owned, generation } of claims) {
    for (const index of owned) newest.set(index, Math.max(newest.get(index) ?? generation, generation));
  }
  return claims.map(({ member, owned, generation }) => ({
    member,
    owned: owned.filter((index) => newest.get(index) === generation),
  }));
}

function decodeClaim(metadata: Buffer): Claim {
  const { userData } = MemberMetadata.decode(metadata);
  try {
    const claim: unknown = JSON.parse(userData?.toString('utf8') ?? '');
    if (isClaim(claim)) return claim;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return { generation: -1, owned: [] };
}

function isClaim(value: unknown): value is Claim {
  if (typeof value !== 'object' || value === null || !('generation' in value) || !('owned' in value)) return false;
  return Number.isInteger(value.generation) && Array.isArray(value.owned) && value.owned.every(Number.isInteger);
}
