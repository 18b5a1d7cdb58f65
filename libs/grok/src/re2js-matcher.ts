import { RE2JS } from 're2js';
import type { Match, Matcher } from './matcher.ts';

/** Runs an expression, written by `toRe2`, on re2js. */
export function createRe2jsMatcher(source: string, groupCount: number): Matcher {
  const expression = RE2JS.compile(source, RE2JS.LOOKBEHINDS);
  return {
    test: (text) => expression.test(text.toWellFormed()),
    exec(text, from): Match | null {
      const matcher = expression.matcher(text.toWellFormed());
      if (!matcher.find(from)) return null;
      const groups: (string | undefined)[] = [];
      for (let i = 0; i <= groupCount; i++) groups.push(matcher.group(i) ?? undefined);
      return { index: matcher.start(), end: matcher.end(), groups };
    },
  };
}
