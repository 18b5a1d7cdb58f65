import type { FieldSchema, MessageSchema } from '../schema/schema.ts';
import { resolvePath, rootSchema, type UdmRoot } from './resolve-path.ts';

/** Edits between two words (insert, delete, replace, swap of neighbours), counted up to `limit` + 1. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? limit + 1;
}

function nearest(word: string, words: Iterable<string>): string | undefined {
  // One edit in a short word, a third of a long one.
  const limit = Math.max(1, Math.floor(word.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of words) {
    const distance = editDistance(word, candidate, limit);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function messageOf(field: FieldSchema | undefined): MessageSchema | undefined {
  return field?.type.kind === 'message' ? field.type.message : undefined;
}

/** Where a field of this name is, one or two levels below: `userid` of a noun is `user.userid`. */
function below(schema: MessageSchema, name: string): string | undefined {
  const current = schema.list.filter((field) => !field.deprecated);
  for (const field of current) {
    const found = messageOf(field)?.fields.get(name);
    if (found !== undefined && !found.deprecated) return `${field.name}.${found.name}`;
  }
  for (const field of current) {
    for (const inner of messageOf(field)?.list ?? []) {
      const found = messageOf(inner)?.fields.get(name);
      if (found !== undefined && !found.deprecated) return `${field.name}.${inner.name}.${found.name}`;
    }
  }
  return undefined;
}

/**
 * What may have been meant by a path that `resolvePath` does not find: a name that is misspelt or stands a level or two
 * too high. The whole path, which resolves; undefined when nothing is near. For messages, not for the hot path.
 */
export function suggestField(path: string, root: UdmRoot = 'event'): string | undefined {
  const steps = path.split('.').filter((step) => !/^[0-9]+$/.test(step));
  let schema: MessageSchema | undefined = rootSchema(root);
  for (const [at, step] of steps.entries()) {
    const field: FieldSchema | undefined = schema.fields.get(step);
    if (field === undefined) {
      const inside = schema;
      const names = inside.list.filter((candidate) => !candidate.deprecated).map((candidate) => candidate.name);
      const candidates = [below(inside, step), nearest(step, names)].filter((name) => name !== undefined);
      const whole = candidates.map((name) => [...steps.slice(0, at), name, ...steps.slice(at + 1)].join('.'));
      return whole.find((candidate) => resolvePath(candidate, root) !== undefined);
    }
    schema = messageOf(field);
    if (schema === undefined) return undefined;
  }
  return undefined;
}
