import { Misfit } from './misfit.ts';

// What Go's strconv.ParseBool takes, which the reference engine is written with.
const TRUE = new Set(['true', 'True', 'TRUE', 't', 'T', '1']);
const FALSE = new Set(['false', 'False', 'FALSE', 'f', 'F', '0']);

/** A text as a boolean. */
export function toBoolean(text: string): boolean | Misfit {
  if (TRUE.has(text)) return true;
  if (FALSE.has(text)) return false;
  return new Misfit('type_mismatch', `${JSON.stringify(text.slice(0, 100))} is not a boolean`);
}
