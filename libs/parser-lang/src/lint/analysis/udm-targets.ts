import type { Program } from '../../syntax/tree.ts';
import { isDynamic, onlyInterpolation } from './interpolations.ts';
import { effectsOf } from './plugin-effects.ts';
import { eachPlugin } from './statement-walk.ts';

/** A place in a record that a token ends up in. */
export interface UdmTarget {
  readonly root: 'event' | 'entity';
  /** `principal.ip`; '' for the record itself. */
  readonly path: string;
}

const BUILDER = /^[^.]+\.idm\.(read_only_udm|entity)(?:\.(.+))?$/;

/** Steps that one lookup may take; names that lead to more places than that are not worth a finding. */
const STEP_LIMIT = 64;

/**
 * Tells where in a record a token goes: directly by its path, or through the renames, merges and copies that take it
 * there later. Looks at the whole program at once, so one token may have several targets.
 */
export class UdmTargets {
  readonly #moves = new Map<string, Set<string>>();
  readonly #values = new Map<string, Set<string>>();
  readonly #known = new Map<string, readonly UdmTarget[]>();

  constructor(program: Program, text: string) {
    for (const plugin of eachPlugin(program)) {
      for (const effect of effectsOf(text, plugin)) {
        if (effect.action === 'move' || effect.action === 'copy') add(this.#moves, effect.path, effect.to);
        else if (effect.action === 'append' && effect.from !== '') add(this.#moves, effect.from, effect.path);
        else if (effect.action === 'write' && effect.value !== null) {
          const from = onlyInterpolation(effect.value.text);
          if (from !== null) add(this.#values, from, effect.path);
        }
      }
    }
  }

  /** Where a token goes as a whole, its kind kept. */
  of(path: string): readonly UdmTarget[] {
    const known = this.#known.get(path);
    if (known !== undefined) return known;
    const found = new Map<string, UdmTarget>();
    this.#follow(path, false, found, { left: STEP_LIMIT }, new Set());
    const targets = [...found.values()];
    this.#known.set(path, targets);
    return targets;
  }

  /** The same, and where its text goes by a `replace` with `%{token}` alone. */
  ofText(path: string): readonly UdmTarget[] {
    const found = new Map<string, UdmTarget>();
    this.#follow(path, true, found, { left: STEP_LIMIT }, new Set());
    return [...found.values()];
  }

  #follow(
    path: string,
    text: boolean,
    found: Map<string, UdmTarget>,
    steps: { left: number },
    seen: Set<string>,
  ): void {
    if (steps.left-- <= 0 || seen.has(path) || isDynamic(path) || path.length > 1000) return;
    seen.add(path);
    const built = BUILDER.exec(path);
    if (built !== null) {
      const root = built[1] === 'entity' ? 'entity' : 'event';
      const field = built[2] ?? '';
      found.set(`${root} ${field}`, { root, path: field });
      return;
    }
    if (text) for (const to of this.#values.get(path) ?? []) this.#follow(to, text, found, steps, seen);
    for (let end = path.length; end > 0; end = path.lastIndexOf('.', end - 1)) {
      const rest = path.slice(end);
      for (const to of this.#moves.get(path.slice(0, end)) ?? []) {
        if (to !== '@output') this.#follow(to + rest, text, found, steps, seen);
      }
    }
  }
}

function add(edges: Map<string, Set<string>>, from: string, to: string): void {
  const list = edges.get(from);
  if (list === undefined) edges.set(from, new Set([to]));
  else list.add(to);
}
