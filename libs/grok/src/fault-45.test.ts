import { describe, expect, it } from 'vitest';
import { compileGrok } from './grok.ts';
import { compileRegExp } from './linear-regexp.ts';
import { leastCpuMs } from './testing/cpu-time.ts';

const LONG = 65_536;
const LIMIT_MS = 50;

const pseudoRandom = Array.from({ length: LONG }, (_, i) => 'ab'[(Math.imul(i, 2654435761) >>> 16) & 1]).join('');

/** Expressions with the lines that hurt a backtracking engine most; some match at the very end. */
const EVIL: readonly (readonly [source: string, line: string])[] = [
  ['(a+)+$', `${'a'.repeat(LONG - 1)}!`],
  ['(?i)(a+)+$', `${'aA'.repeat(LONG / 2 - 1)}!`],
  ['.*.*=', 'x'.repeat(LONG)],
  ['.*.*=.*', `${'x='.repeat(LONG / 2)}\n`],
  ['^(?:a{1,31}b?){1,30}$', 'a'.repeat(LONG)],
  ['(?:a{1,31}b?){1,30}c', `${'aaab'.repeat(LONG / 4 - 1)}c!`],
  ['\\s+$', `${' '.repeat(LONG - 1)}x`],
  ['\\d+ foo', `${'1'.repeat(LONG - 6)} fo foo`],
  ['(x+x+)+y', `${'x'.repeat(LONG - 2)}zy`],
  ['(.*?,){11}P', `${'1,'.repeat(LONG / 2 - 1)}PQ`],
  ['(\\w+\\s?)+$', `${'word '.repeat(13_107)}!`],
  ['(a|aa)+$', `${'a'.repeat(LONG - 1)}b`],
  ['(?:(a)|(b)|ab)*c', `${'ab'.repeat(LONG / 2 - 1)}dc`],
  ['(a*)*b', `${'a'.repeat(LONG - 2)}cb`],
  ['(?:a|b)*a[ab]{12}c', `${pseudoRandom.slice(2)}dc`],
  ['([a-zA-Z0-9._-]+)*@example', `${'a.b-'.repeat(LONG / 4 - 4)}@examplx@example`],
  ['a{1000}b', `${'a'.repeat(900)}b${'a'.repeat(LONG)}`],
];

describe('fault 45: an expression made to run long', () => {
  it.each(EVIL)('fault 45: %s takes at most 50 ms on a line of 64 KiB, the first time and later', (source, line) => {
    // A new expression each time, so that none of its states are known.
    expect(leastCpuMs(3, () => compileRegExp(source).exec(line))).toBeLessThanOrEqual(LIMIT_MS);
    const expression = compileRegExp(source);
    expression.exec(line);
    expect(leastCpuMs(3, () => expression.exec(line))).toBeLessThanOrEqual(LIMIT_MS);
    for (const length of [300, 1000, 2000, 4000]) {
      expect(leastCpuMs(3, () => expression.exec(line.slice(-length)))).toBeLessThanOrEqual(LIMIT_MS);
    }
  });

  it('fault 45: lookahead, back-references and counts whose product exceeds 1000 are refused', () => {
    for (const source of ['(?=(a+))a*b\\1', '(?!a)b', '(a+)\\1', '^(?:a{1,63}b?){1,50}$']) {
      expect(() => compileRegExp(source)).toThrow(expect.objectContaining({ code: 'regexp_syntax' }));
    }
  });

  it('fault 45: all matches and replacements together are linear too', () => {
    const line = `${'a '.repeat(LONG / 2 - 1)}!`;
    const expression = compileRegExp('a(?:.*z)?');
    expect(leastCpuMs(3, () => expression.replaceAll(line, 'b'))).toBeLessThanOrEqual(LIMIT_MS);
    expect(expression.replaceAll(line, 'b')).toBe(line.replaceAll('a', 'b'));
    const medium = line.slice(-2000);
    expect(leastCpuMs(3, () => expression.replaceAll(medium, 'b'))).toBeLessThanOrEqual(LIMIT_MS);
  });

  it('fault 45: grok patterns of large alternatives take at most 50 ms', () => {
    const line = `${'1:2:3:4:5:6:7.1.2.'.repeat(3600)} !`;
    for (const pattern of [
      '%{DATA:a} %{IP:b} %{IPORHOST:c}: %{GREEDYDATA:d}',
      '%{IP:a}/%{INT:b}',
      '%{URI:u} %{COMBINEDAPACHELOG}',
    ]) {
      const { expression } = compileGrok(pattern);
      expect(leastCpuMs(3, () => expression.exec(line))).toBeLessThanOrEqual(LIMIT_MS);
    }
  });
});
