import type { ParsedLog, ParseFailure } from '@logweave/parser-lang';
import { EntryProblem } from './raw-log-entry.ts';

/** What is expected of one log, as a JSON value: a line of `expected.ndjson`. What is left out is not there. */
export interface ExpectedLog {
  readonly events?: readonly unknown[];
  readonly entities?: readonly unknown[];
  /** The tag of the drop. */
  readonly dropped?: string;
  /** Without a message, any of this code will do. */
  readonly error?: { readonly code: ParseFailure['code']; readonly message?: string };
  readonly warnings?: readonly string[];
}

/** What became of a log, in the form of a line of `expected.ndjson`. */
export function asExpected({ events, entities, error, dropped, warnings }: ParsedLog): ExpectedLog {
  return {
    ...(events.length === 0 ? {} : { events }),
    ...(entities.length === 0 ? {} : { entities }),
    ...(dropped === null ? {} : { dropped }),
    ...(error === null ? {} : { error }),
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}

const MEMBERS = ['events', 'entities', 'dropped', 'error', 'warnings'];

/** @throws EntryProblem when the line is no JSON object or has a member that means nothing */
export function readExpected(line: string): ExpectedLog {
  const value = readJson(line);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new EntryProblem('not a JSON object');
  const unknown = Object.keys(value).find((key) => !MEMBERS.includes(key));
  if (unknown !== undefined) throw new EntryProblem(`"${unknown}" is none of ${MEMBERS.join(', ')}`);
  return value;
}

function readJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new EntryProblem(`not JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
