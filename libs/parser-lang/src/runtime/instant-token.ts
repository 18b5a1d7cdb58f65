import type { Value } from '@logweave/udm';
import type { Instant } from '../log-parser.ts';
import { isMap } from './token-path.ts';

/** A moment as tokens hold it: a map of whole seconds and nanoseconds. */
export function instantToken({ seconds, nanos }: Instant): Value {
  return new Map([
    ['seconds', seconds],
    ['nanos', nanos],
  ]);
}

/** The moment that a token holds; undefined for other values. */
export function tokenInstant(value: Value | undefined): Instant | undefined {
  if (!isMap(value)) return undefined;
  const seconds = value.get('seconds');
  const nanos = value.get('nanos') ?? 0;
  return typeof seconds === 'number' && typeof nanos === 'number' ? { seconds, nanos } : undefined;
}
