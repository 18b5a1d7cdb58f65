import { EventLogError } from '../port.ts';
import { assignSticky } from '../sticky-assignment.ts';

interface Member {
  readonly name: string;
  readonly changed: () => void;
  /** Index → the generation since which it has been this member's without a break. */
  owned: ReadonlyMap<number, number>;
}

interface Group {
  readonly name: string;
  readonly topics: readonly string[];
  readonly partitions: number;
  generation: number;
  readonly members: Map<string, Member>;
}

/** A member's place in its group. */
export interface Membership {
  /** The generation that is valid now; -1 when the member was expelled and has not rejoined. */
  generation(): number;
  /** Partition indexes of this member, each with the generation since which it holds it without a break. */
  owned(): ReadonlyMap<number, number>;
  /** Joins again after having been expelled; nothing otherwise. */
  rejoin(): void;
  leave(): void;
}

export interface JoinRequest {
  readonly group: string;
  readonly topics: readonly string[];
  /** Of each of the topics. */
  readonly partitions: number;
  /** Called whenever the generation changes. */
  readonly changed: () => void;
}

/**
 * Groups of consumers in this process: who is in, which generation it is, who has which partition. Every change makes
 * a new generation, and what was not asked for under it is fenced. There is no barrier between the old owner and the
 * new one: fencing stands in for it.
 */
export class GroupCoordinator {
  readonly #groups = new Map<string, Group>();
  #joined = 0;

  /** @throws EventLogError `not_copartitioned` when the members of the group read other topics. */
  join(request: JoinRequest): Membership {
    const topics = [...request.topics].sort();
    let group = this.#groups.get(request.group);
    if (group === undefined || (group.members.size === 0 && group.topics.join() !== topics.join())) {
      group = {
        name: request.group,
        topics,
        partitions: request.partitions,
        generation: group?.generation ?? 0,
        members: new Map(),
      };
      this.#groups.set(request.group, group);
    } else if (group.topics.join() !== topics.join()) {
      throw new EventLogError(
        'not_copartitioned',
        `group ${request.group} reads ${group.topics.join(', ')}; a member that reads ${topics.join(', ')} cannot join`,
      );
    }
    const joined = group;
    // Names sort in the order of joining, so that ties are decided for whoever came first.
    const name = `member-${String(this.#joined++).padStart(9, '0')}`;
    const member: Member = { name, changed: request.changed, owned: new Map() };
    const enter = (): void => {
      if (joined.members.has(name)) return;
      joined.members.set(name, member);
      rebalance(joined);
    };
    enter();
    return {
      generation: () => (joined.members.has(name) ? joined.generation : -1),
      owned: () => member.owned,
      rejoin: enter,
      leave: () => {
        if (joined.members.delete(name)) rebalance(joined);
      },
    };
  }

  /** Makes a new generation of a group without any change of members. */
  rebalance(group: string): void {
    const found = this.#groups.get(group);
    if (found !== undefined) rebalance(found);
  }

  /** Takes every member out, as a broker does with members that do not answer. They rejoin at their next poll. */
  expel(group: string): void {
    const found = this.#groups.get(group);
    if (found === undefined) return;
    const expelled = [...found.members.values()];
    found.members.clear();
    rebalance(found);
    for (const member of expelled) {
      member.owned = new Map();
      member.changed();
    }
  }

  /** Number of members at the moment. */
  members(group: string): number {
    return this.#groups.get(group)?.members.size ?? 0;
  }
}

function rebalance(group: Group): void {
  group.generation++;
  const claims = [...group.members.values()].map(({ name, owned }) => ({ member: name, owned: [...owned.keys()] }));
  const assigned = assignSticky(group.partitions, claims);
  for (const member of group.members.values()) {
    const before = member.owned;
    const indexes = assigned.get(member.name) ?? [];
    member.owned = new Map(indexes.map((index) => [index, before.get(index) ?? group.generation]));
    member.changed();
  }
}
