import type { ValueKind } from './plugin-effects.ts';

/** Whether a token is there when the program comes to a place. */
export type Presence = 'always' | 'sometimes' | 'never';

export interface Knowledge {
  readonly presence: Presence;
  readonly kind: ValueKind | null;
}

interface Entry extends Knowledge {
  /** Counts changes; a later change of a parent path outweighs an earlier one of its children. */
  readonly order: number;
  /** When the token was last set or removed as a whole; 0 when only tokens under it were. */
  readonly wholeOrder: number;
}

/** No engine writes a path as long as this; following its parents would take too long. */
const PATH_LENGTH_LIMIT = 1000;

const NOTHING: Entry = { presence: 'never', kind: null, order: 0, wholeOrder: 0 };

/**
 * What is known of the tokens at one place of a program. A block works on a child that holds its own changes alone, so
 * that entering and leaving a block costs what the block changes.
 */
export class NameScope {
  readonly #parent: NameScope | null;
  readonly #counter: { next: number };
  readonly #entries = new Map<string, Entry>();
  #open = false;
  #columns = false;
  #kindsLostAt = 0;
  /** Behind a `drop` nothing runs. */
  ended = false;

  constructor(parent: NameScope | null = null) {
    this.#parent = parent;
    this.#counter = parent === null ? { next: 1 } : parent.#counter;
  }

  /** Whether tokens with names that only the log knows may be there. */
  get open(): boolean {
    return this.#open || this.#parent?.open === true;
  }

  get columns(): boolean {
    return this.#columns || this.#parent?.columns === true;
  }

  lookup(path: string): Knowledge {
    if (path.length > PATH_LENGTH_LIMIT) return NOTHING;
    const entry = this.#entry(path);
    for (let dot = path.indexOf('.'); dot !== -1; dot = path.indexOf('.', dot + 1)) {
      if (this.#entry(path.slice(0, dot)).wholeOrder > entry.order) return NOTHING;
    }
    return entry.order < this.#lostAt() ? { presence: entry.presence, kind: null } : entry;
  }

  set(path: string, presence: Presence, kind: ValueKind | null): void {
    if (path.length > PATH_LENGTH_LIMIT) return;
    const order = this.#counter.next++;
    this.#entries.set(path, { presence, kind, order, wholeOrder: order });
    if (presence === 'never') return;
    for (let dot = path.indexOf('.'); dot !== -1; dot = path.indexOf('.', dot + 1)) {
      const parent = path.slice(0, dot);
      const known = this.#entry(parent);
      if (known.presence === 'always' && known.kind === 'map') continue;
      const there = presence === 'always' || known.presence === 'always' ? 'always' : 'sometimes';
      this.#entries.set(parent, { presence: there, kind: 'map', order: known.order, wholeOrder: known.wholeOrder });
    }
  }

  /** Any token may have been set, and its kind is what the log had. */
  loseNames(columns: boolean): void {
    if (columns) {
      this.#columns = true;
      return;
    }
    this.#open = true;
    this.#kindsLostAt = this.#counter.next++;
  }

  /** Takes in what the branches of one `if` did, one of which has run. Those that ended the log do not count. */
  join(branches: readonly NameScope[]): void {
    const going = branches.filter(({ ended }) => !ended);
    if (going.length === 0) {
      this.ended = true;
      return;
    }
    if (going.some((branch) => branch.#open)) this.loseNames(false);
    if (going.some((branch) => branch.#columns)) this.loseNames(true);
    const changed = new Map<string, Knowledge[]>();
    for (const branch of going) {
      for (const path of branch.#entries.keys()) {
        const known = branch.lookup(path);
        const list = changed.get(path);
        if (list === undefined) changed.set(path, [known]);
        else list.push(known);
      }
    }
    for (const [path, outcomes] of changed) {
      const all = outcomes.length === going.length ? outcomes : [...outcomes, this.lookup(path)];
      const { presence, kind } = all.reduce((a, b) => either(a, b, this.open));
      const order = this.#counter.next++;
      const before = this.#entry(path);
      const whole = going.some((branch) => (branch.#entries.get(path)?.wholeOrder ?? 0) > before.wholeOrder);
      this.#entries.set(path, { presence, kind, order, wholeOrder: whole ? order : before.wholeOrder });
    }
    this.#restoreChildren(changed);
  }

  /** Forgets what a token holds, because a loop may have changed it in an earlier round. */
  forget(path: string): void {
    const known = this.#entry(path);
    const presence = known.presence === 'never' ? 'never' : 'sometimes';
    this.#entries.set(path, { ...known, presence, kind: null });
  }

  /** A path that is set beside its parent is set behind it, whatever order they came in from the branches. */
  #restoreChildren(changed: ReadonlyMap<string, Knowledge[]>): void {
    for (const path of changed.keys()) {
      const dot = path.lastIndexOf('.');
      const entry = this.#entries.get(path);
      if (dot === -1 || entry === undefined) continue;
      this.#entries.set(path, { ...entry, order: this.#counter.next });
    }
    this.#counter.next++;
  }

  #entry(path: string): Entry {
    const own = this.#entries.get(path);
    if (own !== undefined) return own;
    return this.#parent === null ? NOTHING : this.#parent.#entry(path);
  }

  #lostAt(): number {
    return Math.max(this.#kindsLostAt, this.#parent === null ? 0 : this.#parent.#lostAt());
  }
}

function either(a: Knowledge, b: Knowledge, open: boolean): Knowledge {
  const presence = a.presence === b.presence ? a.presence : 'sometimes';
  if (a.presence === 'never' && !open) return { presence, kind: b.kind };
  if (b.presence === 'never' && !open) return { presence, kind: a.kind };
  return { presence, kind: a.kind === b.kind ? a.kind : null };
}
