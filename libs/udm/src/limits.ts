/**
 * What a record may be at most. Beyond it the rest is left out and the record is in error. Generous for anything a log
 * gives: the largest event of an ordinary parser has a few hundred values.
 */
export const UDM_LIMITS = {
  /** Objects and lists inside one another, in the form that is read: as for all JSON that comes in. */
  depth: 64,
  /** Scalars, objects and list elements in one record. */
  values: 50_000,
  /** UTF-16 code units of all strings in one record: those of the largest raw log. */
  textLength: 4 * 1024 * 1024,
  /** How many problems are told of one record. */
  problems: 100,
} as const;
