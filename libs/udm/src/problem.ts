import type { UdmJson } from './udm-json.ts';

/** The closed list of what can be wrong with a record; good for a metric's label. */
export type UdmProblemCode =
  // The record does not fit the schema.
  | 'unknown_field'
  | 'unknown_enum_value'
  | 'type_mismatch'
  | 'list_in_singular_field'
  | 'duplicate_field'
  | 'out_of_range'
  | 'bad_timestamp'
  | 'bad_duration'
  | 'bad_base64'
  | 'lost_precision'
  | 'limit_exceeded'
  // The record fits the schema, and is not what its type asks for.
  | 'missing_field'
  | 'bad_value'
  | 'bad_format';

/** One thing that is wrong with a record. An error makes the record invalid, a warning does not. */
export interface UdmProblem {
  readonly severity: 'error' | 'warning';
  readonly code: UdmProblemCode;
  /** From the record's root, in the names that the record was written in: `security_result[0].action[1]`; '' for itself. */
  readonly path: string;
  /** For people, and whole: it names the field and the value. */
  readonly message: string;
}

/** A record in proto3 JSON, as far as it could be made, and what was wrong on the way. */
export interface Encoded {
  readonly json: UdmJson;
  /** Empty when all is well; an error means that `json` is not the whole record. At most `UDM_LIMITS.problems`. */
  readonly problems: readonly UdmProblem[];
}
