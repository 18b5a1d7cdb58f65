import { describe, expect, it } from 'vitest';
import { compileGrok, type GrokValues } from './grok.ts';
import { GrokError } from './grok-error.ts';
import { CORE_LIBRARY, extendLibrary } from './pattern-library.ts';

function tokens(pattern: string, text: string, library = CORE_LIBRARY): Record<string, string | undefined> | null {
  const matcher = compileGrok(pattern, library);
  const values = matcher.match(text);
  return values === null ? null : Object.fromEntries(matcher.tokens.map((token, i) => [token, values[i]]));
}

function refusal(pattern: string, library = CORE_LIBRARY): Pick<GrokError, 'message' | 'offset' | 'hint'> {
  try {
    compileGrok(pattern, library);
  } catch (error) {
    if (error instanceof GrokError) return error;
    throw error;
  }
  throw new Error(`${pattern} is accepted`);
}

describe('a grok pattern', () => {
  it('captures the tokens of its references and of its own groups, anywhere in the text', () => {
    expect(tokens('%{IP:src}:%{INT:port} (?P<verb>\\w+) (?<path>\\S+)', 'from 192.0.2.40:8080 GET /cart now')).toEqual({
      src: '192.0.2.40',
      port: '8080',
      verb: 'GET',
      path: '/cart',
    });
  });

  it('captures nothing for a reference without a token, and for parentheses without a name', () => {
    const matcher = compileGrok('%{WORD} (a|b) %{WORD:last}');
    expect(matcher.tokens).toEqual(['last']);
    expect(matcher.match('x a y')).toEqual(['y']);
  });

  it('says so when it captures nothing at all', () => {
    expect(compileGrok('%{WORD} (\\d+)').capturesNothing).toBe(true);
    expect(compileGrok('%{WORD:w}').capturesNothing).toBe(false);
  });

  it('leaves a token undefined whose group took no part', () => {
    expect(tokens('%{WORD:a}(?: %{INT:b})?!', 'x!')).toEqual({ a: 'x', b: undefined });
  });

  it('gives a token that several groups capture the value of the last that took part', () => {
    const pattern = 'a=%{INT:n}|b=%{WORD:n}|%{WORD:n}-(?:%{INT:n})?';
    expect(compileGrok(pattern).tokens).toEqual(['n']);
    expect([tokens(pattern, 'a=1'), tokens(pattern, 'b=x')]).toEqual([{ n: '1' }, { n: 'x' }]);
    expect([tokens(pattern, 'k-'), tokens(pattern, 'k-7')]).toEqual([{ n: 'k' }, { n: '7' }]);
  });

  it('takes tokens with dots, hyphens and @, and types that it leaves to the caller', () => {
    expect(tokens('%{INT:http.status-code:int} %{NUMBER:@took:float}', '200 1.5')).toEqual({
      'http.status-code': '200',
      '@took': '1.5',
    });
  });

  it('applies flags of the pattern to the patterns it refers to', () => {
    expect(tokens('(?i)level %{LOGLEVEL:level}', 'LEVEL eRRoR')).toEqual({ level: 'eRRoR' });
    expect(tokens('(?s)a%{DATA:d}z', 'a\nz')).toEqual({ d: '\n' });
    expect(tokens('a%{DATA:d}z', 'a\nz')).toBeNull();
  });

  it('finds every match that does not overlap an earlier one', () => {
    const matches = (pattern: string, text: string): readonly GrokValues[] => {
      const found: GrokValues[] = [];
      compileGrok(pattern).forEachMatch(text, (values) => found.push(values));
      return found;
    };
    expect(matches('%{WORD:k}=%{INT:v}', 'a=1 b=2,c=3')).toEqual([
      ['a', '1'],
      ['b', '2'],
      ['c', '3'],
    ]);
    expect(matches('%{WORD:k}=', 'none')).toEqual([]);
  });

  it('looks for no more matches than are wanted', () => {
    const stop = new Error('enough');
    const found: GrokValues[] = [];
    const visit = (values: GrokValues): void => {
      if (found.push(values) === 2) throw stop;
    };
    expect(() => compileGrok('(?P<a>x)').forEachMatch('x'.repeat(100), visit)).toThrow(stop);
    expect(found).toEqual([['x'], ['x']]);
  });

  it('is compiled once', () => {
    expect(compileGrok('%{WORD:once}')).toBe(compileGrok('%{WORD:once}'));
  });

  it('leaves text alone that is no reference', () => {
    expect(tokens('100%%{3} (?P<x>%\\{\\})', '100%%%% %{}')).toEqual({ x: '%{}' });
  });
});

describe('a faulty grok pattern', () => {
  it('names the reference that leads nowhere, and what was meant', () => {
    expect(refusal('a %{INTT:x}')).toMatchObject({
      message: 'pattern %{INTT} not defined',
      offset: 2,
      hint: 'did you mean %{INT}?',
    });
    expect(refusal('%{QWERTYUIOPASD}').hint).toBe('');
  });

  it('has the words and the place of the expression at fault', () => {
    expect(refusal('%{INT:x} (?=y)')).toMatchObject({
      message: 'invalid or unsupported Perl syntax: `(?=`',
      offset: 9,
    });
    expect(refusal('%{INT:x}%{INT:y}+*')).toMatchObject({
      message: 'invalid nested repetition operator: `+*`',
      offset: 16,
    });
    expect(refusal('%{WORD:w}(?<![0-9])x').offset).toBe(9);
  });

  it('is refused for a token that is no name and for a type that is none', () => {
    expect(refusal(' %{INT:a b}')).toMatchObject({ message: 'invalid token name "a b"', offset: 1 });
    expect(refusal('%{INT:a:date}').hint).toBe('known types are int, float, string');
  });
});

describe('a library of one’s own', () => {
  const library = extendLibrary(CORE_LIBRARY, { TICKET: '[A-Z]+-%{POSINT}', WORD: 'word' });

  it('adds patterns and replaces those that ship, in patterns that ship as well', () => {
    expect(tokens('%{TICKET:t} %{WORD:w}', 'see ABC-12 word', library)).toEqual({ t: 'ABC-12', w: 'word' });
    expect(tokens('%{WORD:w}', 'other')).toEqual({ w: 'other' });
  });

  it('may not refer to itself', () => {
    const circular = extendLibrary(CORE_LIBRARY, { ONE: 'a%{TWO}', TWO: '%{THREE}', THREE: 'x|%{TWO}' });
    expect(refusal('-%{ONE:x}', circular)).toMatchObject({
      message: 'pattern refers to itself: TWO → THREE → TWO',
      offset: 1,
    });
  });

  it('may not grow without bounds', () => {
    const doubling = Object.fromEntries(
      Array.from({ length: 30 }, (_, i) => [`P${i}`, i === 0 ? 'ab' : `%{P${i - 1}}%{P${i - 1}}`]),
    );
    expect(refusal('%{P29}', extendLibrary(CORE_LIBRARY, doubling)).message).toContain('grows beyond');
  });

  it('has no lookbehind, which only patterns that ship may use', () => {
    expect(refusal('%{MINE}', extendLibrary(CORE_LIBRARY, { MINE: '(?<![0-9])x' })).message).toContain('Perl syntax');
  });

  it('reports a fault inside of a pattern at the reference to it', () => {
    expect(refusal('abc %{BAD:x}', extendLibrary(CORE_LIBRARY, { BAD: 'x(y' })).offset).toBe(4);
  });
});
