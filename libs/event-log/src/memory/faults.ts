/** What can go wrong, by the call it happens to. */
export type MemoryFault =
  /** The call takes longer. Of a commit, the transaction is open meanwhile; the others have not reached the log. */
  | {
      readonly on: 'append' | 'commit' | 'offset_commit' | 'open' | 'poll';
      readonly kind: 'delay';
      readonly ms: number;
    }
  /** The log refuses once, and nothing is applied. Appends and offset commits are tried again; a commit is aborted. */
  | { readonly on: 'append' | 'commit' | 'offset_commit' | 'open'; readonly kind: 'refuse' }
  /** Applied, and the answer is lost: an append is tried again and recognised, a commit is of unknown outcome. */
  | { readonly on: 'append' | 'commit' | 'offset_commit'; readonly kind: 'lose_answer' }
  /** Never arrived, but the caller cannot know: the outcome is unknown and nothing is applied. */
  | { readonly on: 'commit'; readonly kind: 'lose_request' }
  /** Somebody else has taken over just before. */
  | { readonly on: 'commit' | 'offset_commit'; readonly kind: 'fence' };

export type MemoryOperation = MemoryFault['on'];

/** The faults that can happen to one kind of call. */
type FaultOf<On extends MemoryOperation, F = MemoryFault> = F extends MemoryFault
  ? On extends F['on']
    ? F
    : never
  : never;

export interface FaultOptions {
  /** How many calls it happens to. Default 1. */
  readonly times?: number;
  /** Calls that are let through before. Default 0. */
  readonly after?: number;
  /** Only calls that name this: a topic for `append`, a transactional id for `commit` and `open`, else a group. */
  readonly where?: string;
}

interface Planned {
  readonly fault: MemoryFault;
  readonly where: string | undefined;
  skip: number;
  left: number;
}

/** Faults that are planned. Each call takes at most one, the one planned first. */
export class MemoryFaults {
  #planned: Planned[] = [];

  plan(fault: MemoryFault, { times = 1, after = 0, where }: FaultOptions = {}): void {
    this.#planned.push({ fault, where, skip: after, left: times });
  }

  /** Everything works again. */
  clear(): void {
    this.#planned = [];
  }

  /** How many planned faults have not happened yet: zero at the end of a test that meant all of them. */
  get outstanding(): number {
    return this.#planned.reduce((sum, { left }) => sum + left, 0);
  }

  /** The fault that this call meets, if any. */
  take<On extends MemoryOperation>(on: On, names: readonly string[]): FaultOf<On> | null;
  take(on: MemoryOperation, names: readonly string[]): MemoryFault | null {
    for (const planned of this.#planned) {
      if (planned.fault.on !== on || (planned.where !== undefined && !names.includes(planned.where))) continue;
      if (planned.skip > 0) {
        planned.skip--;
        continue;
      }
      planned.left--;
      if (planned.left === 0) this.#planned = this.#planned.filter((other) => other !== planned);
      return planned.fault;
    }
    return null;
  }
}
