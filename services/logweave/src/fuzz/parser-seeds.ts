import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CASE_CREATE_TIME,
  DEFAULT_PARSERS_FOLDER,
  ParserFolderProblem,
  readParserFolder,
} from '@logweave/default-parsers';
import type { RawLog } from '@logweave/parser-lang';

/** A parser and the logs that mutations begin from. */
export interface ParserSeed {
  readonly logType: string;
  readonly text: string;
  readonly logs: readonly RawLog[];
}

export interface LoadedSeeds {
  /** In the order of their names; each has a log at least. */
  readonly seeds: readonly ParserSeed[];
  /** Folders that could not be used, with the reason. */
  readonly skipped: readonly string[];
}

/** The default parsers with the logs of their cases, and those of a directory of other parsers where one is given. */
export function loadParserSeeds(corpus: string | undefined): LoadedSeeds {
  const skipped: string[] = [];
  const seeds: ParserSeed[] = [];
  const add = (path: string, read: (path: string) => ParserSeed): void => {
    try {
      const seed = read(path);
      if (seed.logs.length === 0) skipped.push(`${path} has no logs`);
      else seeds.push(seed);
    } catch (error) {
      if (!(error instanceof ParserFolderProblem)) throw error;
      skipped.push(error.message);
    }
  };
  for (const name of foldersIn(DEFAULT_PARSERS_FOLDER)) add(join(DEFAULT_PARSERS_FOLDER, name), readDefaultParser);
  if (corpus !== undefined) for (const name of foldersIn(corpus)) add(join(corpus, name), readCorpusParser);
  return { seeds, skipped };
}

function foldersIn(path: string): readonly string[] {
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted();
}

function readDefaultParser(path: string): ParserSeed {
  const { logType, text, cases } = readParserFolder(path);
  return { logType, text, logs: cases.flatMap(({ logs }) => logs) };
}

interface CorpusLogs {
  readonly raw_logs: { readonly entries: readonly { readonly data: string; readonly timezone?: string }[] };
}

/** `parser.conf` and `raw_logs/*.json` of `{raw_logs: {entries: [{data, timezone?}]}}`. */
function readCorpusParser(path: string): ParserSeed {
  const folder = join(path, 'raw_logs');
  const logs = readdirSync(folder).flatMap((file) => {
    const { raw_logs } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as CorpusLogs;
    return raw_logs.entries.map(({ data, timezone }): RawLog => {
      return { text: data, createTime: CASE_CREATE_TIME, ...(timezone === undefined ? {} : { timezone }) };
    });
  });
  return {
    logType: path.slice(path.lastIndexOf('/') + 1),
    text: readFileSync(join(path, 'parser.conf'), 'utf8'),
    logs,
  };
}
