import { isDeepStrictEqual } from 'node:util';
import type { ParsedLog, ParseFailure } from '@logweave/parser-lang';
import { decodeEntity, decodeEvent, type UdmJson } from '@logweave/udm';

/** Characters of a record as JSON: the texts of the largest one, each character escaped, and its names. */
const RECORD_LENGTH = 32 * 1024 * 1024;
/** Characters of an error's or a warning's message, which go to logs and dead letters. */
const MESSAGE_LENGTH = 8 * 1024;

const CODES: ReadonlySet<ParseFailure['code']> = new Set([
  'LOG_PARSING_CBN_ERROR',
  'LOG_PARSING_GENERATED_INVALID_EVENT',
  'LOG_PARSING_NO_OUTPUT',
  'LOG_PARSING_LIMIT_EXCEEDED',
]);

/** What is wrong with an outcome, whatever the log was; undefined when nothing is. */
export function findFlaw(parsed: ParsedLog): string | undefined {
  const records = parsed.events.length + parsed.entities.length;
  const outcomes = Number(records > 0) + Number(parsed.dropped !== null) + Number(parsed.error !== null);
  if (outcomes !== 1) return `${outcomes} outcomes`;
  if (parsed.error !== null && !CODES.has(parsed.error.code)) return `unknown code ${parsed.error.code}`;
  const messages = [parsed.error?.message ?? '', ...parsed.warnings];
  const longest = Math.max(...messages.map(({ length }) => length));
  if (longest > MESSAGE_LENGTH) return `a message of ${longest} characters`;
  for (const event of parsed.events) {
    const flaw = recordFlaw(event, decodeEvent);
    if (flaw !== undefined) return `event: ${flaw}`;
  }
  for (const entity of parsed.entities) {
    const flaw = recordFlaw(entity, decodeEntity);
    if (flaw !== undefined) return `entity: ${flaw}`;
  }
  return undefined;
}

/** A record is the JSON that reading it gives again. */
function recordFlaw(record: UdmJson, decode: typeof decodeEvent): string | undefined {
  const text = JSON.stringify(record);
  if (text.length > RECORD_LENGTH) return `${text.length} characters`;
  const { json, problems } = decode(JSON.parse(text));
  const error = problems.find(({ severity }) => severity === 'error');
  if (error !== undefined) return `cannot be read again: ${error.code} at ${error.path}`;
  return isDeepStrictEqual(json, record) || JSON.stringify(json) === text
    ? undefined
    : 'is another when it is read again';
}
