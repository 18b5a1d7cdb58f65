import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileGrok } from './grok.ts';
import { GrokError } from './grok-error.ts';
import { compileRegExp, type LinearRegExp } from './linear-regexp.ts';
import { parseRegExp } from './syntax/parse-regexp.ts';
import { RegExpSyntaxError } from './syntax/syntax-error.ts';
import { leastCpuMs } from './testing/cpu-time.ts';
import { nearMatches } from './testing/near-matches.ts';
import { findExpressions } from './testing/parser-strings.ts';

/** A folder of parsers, each in a folder of its own as `parser.conf`. */
const corpus = process.env['LOGWEAVE_PARSER_CORPUS'] ?? '';
const LONG = 65_536;
const LIMIT_MS = 50;

function compile(source: string, how: (source: string) => LinearRegExp): LinearRegExp | null {
  try {
    return how(source);
  } catch (error) {
    if (error instanceof GrokError || error instanceof RegExpSyntaxError) return null;
    throw error;
  }
}

function expressionsIn(parser: string): Map<string, () => LinearRegExp> {
  const { grok, regexps } = findExpressions(parser);
  const found = new Map<string, () => LinearRegExp>();
  for (const source of grok) {
    const expanded = compile(source, (pattern) => compileGrok(pattern).expression)?.source;
    if (expanded === undefined) continue;
    // Compiled anew each time, so that none of its states are known.
    const options = { captures: 'named', lookbehindAt: () => true } as const;
    found.set(expanded, () => compileRegExp(expanded, options));
  }
  for (const source of regexps) {
    if (compile(source, (expression) => compileRegExp(expression)) !== null)
      found.set(source, () => compileRegExp(source));
  }
  return found;
}

describe.skipIf(!existsSync(corpus))('the expressions of real parsers', () => {
  const parsers = existsSync(corpus)
    ? readdirSync(corpus).filter((folder) => existsSync(join(corpus, folder, 'parser.conf')))
    : [];

  it.each(parsers)('fault 45: those of %s take at most 50 ms on 64 KiB that they nearly match', (folder) => {
    const slow: string[] = [];
    for (const [source, create] of expressionsIn(readFileSync(join(corpus, folder, 'parser.conf'), 'utf8'))) {
      const warm = create();
      const { root } = parseRegExp(source, { captures: 'named', lookbehindAt: () => true });
      for (const line of nearMatches(root, LONG)) {
        const ms = Math.max(
          firstWithin(() => create().exec(line)),
          firstWithin(() => warm.exec(line)),
        );
        if (ms > LIMIT_MS) slow.push(`${ms} ms: ${source} on ${line.slice(0, 80)}`);
      }
    }
    expect(slow).toEqual([]);
  });
});

/** The time of the first of a few runs that keeps to the limit, or of the best. */
function firstWithin(run: () => void): number {
  const first = leastCpuMs(1, run);
  return first <= LIMIT_MS ? first : leastCpuMs(3, run);
}
