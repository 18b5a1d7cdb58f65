import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ParserHead, readParserHead } from './parser-head.ts';

/** A parser that comes with the program. */
export interface DefaultParser extends ParserHead {
  readonly logType: string;
  readonly text: string;
}

/** The folder of the default parsers: beside `src` in the sources, beside `dist` in a package. */
export const DEFAULT_PARSERS_FOLDER = fileURLToPath(new URL('../parsers', import.meta.url));

/**
 * Reads the parsers that come with the program, in the order of their log types.
 * @throws Error when a folder has no parser or its comments name no product and version
 */
export function loadDefaultParsers(): readonly DefaultParser[] {
  return readdirSync(DEFAULT_PARSERS_FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted()
    .map((logType) => {
      const file = join(DEFAULT_PARSERS_FOLDER, logType, 'parser.conf');
      const text = readFileSync(file, 'utf8');
      const head = readParserHead(text);
      if (head === null) throw new Error(`${file} does not begin with comments that name its product and version`);
      return { logType, ...head, text };
    });
}
