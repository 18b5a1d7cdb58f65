import { ClickHouseError } from '@clickhouse/client';

/**
 * What to do about an error.
 * `retryable`: the same call may succeed later (network, timeouts, limits, read-only, disk full, whatever is unknown).
 * `schema`: a table or column is missing or changed, or a right is; only a person can mend it, and every row is affected.
 * `row`: at least one row of this call is refused whatever is tried.
 */
export type WarehouseErrorKind = 'retryable' | 'schema' | 'row';

/** An error of the warehouse. The message is for logs: it holds no row data beyond a few words and no password. */
export class WarehouseError extends Error {
  override readonly name = 'WarehouseError';
  readonly kind: WarehouseErrorKind;
  /** ClickHouse's code, or null when it was not ClickHouse that answered. */
  readonly code: number | null;

  constructor(kind: WarehouseErrorKind, code: number | null, message: string) {
    super(message);
    this.kind = kind;
    this.code = code;
  }
}

/** ClickHouse refused for lack of memory; smaller inserts may help. */
export const MEMORY_LIMIT_EXCEEDED = 241;

// Codes by name: src/Common/ErrorCodes.cpp of ClickHouse.
const SCHEMA_CODES: ReadonlySet<number> = new Set([
  8, // THERE_IS_NO_COLUMN
  10, // NOT_FOUND_COLUMN_IN_BLOCK
  16, // NO_SUCH_COLUMN_IN_TABLE
  20, // NUMBER_OF_COLUMNS_DOESNT_MATCH
  43, // ILLEGAL_TYPE_OF_ARGUMENT
  44, // ILLEGAL_COLUMN
  46, // UNKNOWN_FUNCTION
  47, // UNKNOWN_IDENTIFIER
  48, // NOT_IMPLEMENTED
  50, // UNKNOWN_TYPE
  53, // TYPE_MISMATCH
  60, // UNKNOWN_TABLE
  62, // SYNTAX_ERROR
  80, // INCORRECT_QUERY
  81, // UNKNOWN_DATABASE
  115, // UNKNOWN_SETTING
  497, // ACCESS_DENIED
]);

const ROW_CODES: ReadonlySet<number> = new Set([
  6, // CANNOT_PARSE_TEXT
  25, // CANNOT_PARSE_ESCAPE_SEQUENCE
  26, // CANNOT_PARSE_QUOTED_STRING
  27, // CANNOT_PARSE_INPUT_ASSERTION_FAILED
  33, // CANNOT_READ_ALL_DATA
  38, // CANNOT_PARSE_DATE
  41, // CANNOT_PARSE_DATETIME
  69, // ARGUMENT_OUT_OF_BOUND
  70, // CANNOT_CONVERT_TYPE
  72, // CANNOT_PARSE_NUMBER
  117, // INCORRECT_DATA
  131, // TOO_LARGE_STRING_SIZE
  321, // VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
  349, // CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
  395, // FUNCTION_THROW_IF_VALUE_IS_NON_ZERO
  407, // DECIMAL_OVERFLOW
  469, // VIOLATED_CONSTRAINT
  675, // CANNOT_PARSE_IPV4
  676, // CANNOT_PARSE_IPV6
  691, // UNKNOWN_ELEMENT_OF_ENUM
]);

/** What a code asks for; unknown ones are retried, since giving up would lose data and dead letters need a reason. */
export function kindOfCode(code: number): WarehouseErrorKind {
  if (SCHEMA_CODES.has(code)) return 'schema';
  return ROW_CODES.has(code) ? 'row' : 'retryable';
}

/** Makes an error of ours of whatever the client threw. */
export function toWarehouseError(error: unknown, doing: string): WarehouseError {
  if (error instanceof WarehouseError) return error;
  if (error instanceof ClickHouseError) {
    const code = Number(error.code);
    return new WarehouseError(
      kindOfCode(code),
      code,
      `${doing}: ClickHouse says ${error.type ?? 'error'} (${code}): ${withoutData(error.message)}`,
    );
  }
  return new WarehouseError('retryable', null, `${doing}: ${networkReason(error)}`);
}

const LONGEST_MESSAGE = 300;

/** ClickHouse quotes the row it stumbles over; the log is no place for it. */
function withoutData(message: string): string {
  const known =
    message.split(/\(?(?:before: |at row |while |in query|: value |Row \d+:|Buffer has|Column values)/)[0] ?? '';
  return known
    .replace(/'[^']{40,}'|"[^"]{40,}"/g, '…')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, LONGEST_MESSAGE);
}

function networkReason(error: unknown): string {
  if (!(error instanceof Error)) return 'no answer';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
  // An AggregateError of several addresses has no message of its own.
  const text = error.message === '' ? (code ?? error.name) : error.message;
  return text.slice(0, LONGEST_MESSAGE);
}
