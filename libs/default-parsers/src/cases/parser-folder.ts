import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { RawLog } from '@logweave/parser-lang';
import { type ExpectedLog, readExpected } from './expected-log.ts';
import { EntryProblem, readEntry } from './raw-log-entry.ts';

/** When logs without a time of their own were taken in: 2026-06-15T12:00:00Z. */
export const CASE_CREATE_TIME = { seconds: Date.UTC(2026, 5, 15, 12) / 1000, nanos: 0 } as const;

/** A parser with the cases that it is held to. */
export interface ParserFolder {
  readonly path: string;
  /** The name of the folder. */
  readonly logType: string;
  readonly parserFile: string;
  readonly text: string;
  readonly cases: readonly ParserCase[];
}

export interface ParserCase {
  readonly name: string;
  readonly logs: readonly RawLog[];
  readonly expectedFile: string;
  /** Null when the case has no expected file yet. */
  readonly expected: readonly ExpectedLog[] | null;
}

/** A folder that cannot be read as a parser with cases, with what is wrong. */
export class ParserFolderProblem extends Error {
  override readonly name = 'ParserFolderProblem';
}

/**
 * Reads `parser.conf` and the cases of a parser: `cases/<case>/logs.txt` or `entries.ndjson`, and `expected.ndjson`.
 * @throws ParserFolderProblem naming the file, and the line where there is one
 */
export function readParserFolder(path: string): ParserFolder {
  const parserFile = join(path, 'parser.conf');
  const folder = join(path, 'cases');
  const names = existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
    : [];
  return {
    path,
    logType: basename(resolve(path)),
    parserFile,
    text: readText(parserFile),
    cases: names.toSorted().map((name) => readCase(name, join(folder, name))),
  };
}

function readCase(name: string, path: string): ParserCase {
  const expectedFile = join(path, 'expected.ndjson');
  const expected = existsSync(expectedFile) ? readLines(expectedFile, readExpected) : null;
  return { name, logs: readLogs(path), expectedFile, expected };
}

function readLogs(path: string): readonly RawLog[] {
  const texts = join(path, 'logs.txt');
  const entries = join(path, 'entries.ndjson');
  if (existsSync(texts) === existsSync(entries)) {
    throw new ParserFolderProblem(`${path} must have either logs.txt or entries.ndjson`);
  }
  return existsSync(texts)
    ? readLines(texts, (text) => ({ text, createTime: CASE_CREATE_TIME }))
    : readLines(entries, (line) => readEntry(line, CASE_CREATE_TIME));
}

function readLines<T>(file: string, read: (line: string) => T): readonly T[] {
  return readText(file)
    .split(/\r?\n/)
    .flatMap((line, at) => {
      if (line === '') return [];
      try {
        return [read(line)];
      } catch (error) {
        if (!(error instanceof EntryProblem)) throw error;
        throw new ParserFolderProblem(`${file}:${at + 1} ${error.message}`, { cause: error });
      }
    });
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ParserFolderProblem(`${file}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
