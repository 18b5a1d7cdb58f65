import { type CorrelationKey, unpackKey } from '@logweave/model';
import type { KeyState } from './key-state.ts';

/** The text of a key, as on the record in the log. */
export function keyText(key: KeyState): CorrelationKey {
  return key.text === null ? unpackKey(key.packed) : (key.text as CorrelationKey);
}
