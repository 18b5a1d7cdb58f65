/** An error with ClickHouse's code and type, as it goes over HTTP. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code: number;
  /** The type's name, as `UNKNOWN_TABLE`. */
  readonly type: string;

  constructor(code: number, type: string, message: string) {
    super(message);
    this.code = code;
    this.type = type;
  }

  /** The text of a response body, in ClickHouse's own form. */
  get body(): string {
    return `Code: ${this.code}. DB::Exception: ${this.message} (${this.type})\n`;
  }
}

/** Reads the engine's error out of whatever chdb threw. */
export function toEngineError(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  const text = error instanceof Error ? error.message : String(error);
  // The message may hold parts of the statement, so only its very beginning and end are trusted to be the engine's.
  const match = /Code: (\d+)\. DB::Exception: ([\s\S]*?)\s*(?:\(([A-Z][A-Z0-9_]{2,})\))?\s*$/.exec(text);
  if (match === null) return new EngineError(1002, 'UNKNOWN_EXCEPTION', text);
  return new EngineError(Number(match[1]), match[3] ?? 'UNKNOWN_EXCEPTION', match[2] ?? '');
}

const STATUS: ReadonlyMap<number, number> = new Map([
  // Unknown table, database, function, identifier, setting and so on.
  ...[46, 47, 60, 81, 115, 16, 8, 10, 50, 73].map((code) => [code, 404] as const),
  // Statements and data that cannot be parsed or do not fit their types.
  ...[6, 26, 27, 36, 38, 41, 42, 43, 53, 62, 70, 72, 117, 130, 456, 457].map((code) => [code, 400] as const),
  [164, 403],
  [194, 401],
  [516, 403],
  [497, 403],
  [202, 503],
  [307, 413],
  [48, 501],
  [159, 408],
]);

/** The HTTP status for a code; ClickHouse's own choices for those that a client of ours meets. */
export function statusOf(error: EngineError): number {
  return STATUS.get(error.code) ?? 500;
}
