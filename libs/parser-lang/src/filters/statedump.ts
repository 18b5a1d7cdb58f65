import { ExactNumber, type Value, type ValueMap } from '@logweave/udm';
import type { FilterOptions } from '../compile/compile-context.ts';
import type { Operation } from '../compile/step.ts';

/** `statedump { label }`: prints all tokens. For the preview of a parser; one that is in use must not hold it. */
export function compileStatedumpFilter(options: FilterOptions): Operation {
  const label = options.text('label') ?? '';
  return (state) => {
    const dump = `Internal State (label=${label}):\n\n${JSON.stringify(toPlain(state.copy(state.tokens)), null, 2)}`;
    state.countToken(dump.length);
    state.statedumps.push(dump);
    return undefined;
  };
}

/** The value as JSON shows it (a number that JSON would round as its text), with the keys in order so that two dumps compare. */
export function toPlain(value: Value | ValueMap): unknown {
  if (value instanceof ExactNumber) return value.literal;
  if (Array.isArray(value)) return value.map(toPlain);
  if (!(value instanceof Map)) return value;
  const plain: Record<string, unknown> = Object.create(null);
  for (const key of [...value.keys()].sort()) plain[key] = toPlain(value.get(key) ?? null);
  return plain;
}
