import type { Match, Matcher } from './matcher.ts';
import { compileNative } from './regexp-engine.ts';
import type { MatchStart } from './translate/leading-loop.ts';
import type { JsSource } from './translate/to-js.ts';

/**
 * Runs a translated expression on V8. For text in which the translation is exact.
 * @param start where a match from the start of the text can begin: a search that may begin anywhere tries everywhere
 */
export function createNativeMatcher(js: JsSource, groupCount: number, start: MatchStart): Matcher {
  const oneLine = compileNative(start === 'anywhere' ? js.source : `^(?:${js.source})`);
  const lines = start === 'line' ? compileNative(`(?<![^\\n])(?:${js.source})`) : oneLine;
  let later: RegExp | undefined;
  const direct = js.captureOf.length === groupCount + 1 && js.captureOf.every((capture, i) => capture === i);
  const gather = direct ? null : groupGatherer(js.captureOf, groupCount);

  const find = (text: string, from: number): RegExpExecArray | null => {
    if (from === 0) return (start === 'line' && text.includes('\n') ? lines : oneLine).exec(text);
    later ??= compileNative(js.source, 'g');
    later.lastIndex = from;
    return later.exec(text);
  };

  return {
    test: (text) => (start === 'line' && text.includes('\n') ? lines : oneLine).test(text),
    exec(text, from): Match | null {
      let found = find(text, from);
      // Between the halves of a character nothing can match but the empty text, and RE2 has no such place.
      while (found !== null && found[0] === '' && isWithinPair(text, found.index)) found = find(text, found.index + 1);
      if (found === null) return null;
      const { index } = found;
      return { index, end: index + found[0].length, groups: gather === null ? found : gather(found) };
    },
  };
}

function isWithinPair(text: string, index: number): boolean {
  if (index === 0 || index >= text.length) return false;
  const low = text.charCodeAt(index);
  if (low < 0xdc00 || low > 0xdfff) return false;
  const high = text.charCodeAt(index - 1);
  return high >= 0xd800 && high <= 0xdbff;
}

/** A capture written out several times has several groups; the last that took part is its value. */
function groupGatherer(
  captureOf: readonly number[],
  groupCount: number,
): (found: RegExpExecArray) => readonly (string | undefined)[] {
  return (found) => {
    const groups = Array.from<string | undefined>({ length: groupCount + 1 });
    groups[0] = found[0];
    for (let i = 1; i < captureOf.length; i++) {
      const value = found[i];
      if (value !== undefined) groups[captureOf[i] as number] = value;
    }
    return groups;
  };
}
