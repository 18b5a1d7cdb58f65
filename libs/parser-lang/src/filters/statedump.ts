import { ExactNumber, type Value, type ValueMap } from '@logweave/udm';
import type { FilterOptions } from '../compile/compile-context.ts';
import type { Operation } from '../compile/step.ts';

/** `statedump { label }`: prints all tokens. For the preview of a parser; one that is in use must not hold it. */
export function compileStatedumpFilter(options: FilterOptions): Operation {
  const label = options.text('label') ?? '';
  return (state) => {
    const tokens = state.copy(state.tokens);
    state.checkToken(textLength(tokens));
    const dump = `Internal State (label=${label}):\n\n${JSON.stringify(toPlain(tokens), null, 2)}`;
    state.countToken(dump.length);
    state.statedumps.push(dump);
    return undefined;
  };
}

/** The characters of all texts: many tokens may hold the same long text, and their print be longer than a text can be. */
function textLength(value: Value): number {
  if (typeof value === 'string') return value.length;
  let length = 0;
  if (Array.isArray(value)) for (const item of value) length += textLength(item);
  else if (value instanceof Map) for (const [key, item] of value) length += key.length + textLength(item);
  return length;
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
