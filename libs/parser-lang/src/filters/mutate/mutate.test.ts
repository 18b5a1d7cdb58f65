import { describe, expect, it } from 'vitest';
import { runStatements } from '../../testing/run-statements.ts';
import { failureOf, tokensOf } from '../../testing/tokens-of.ts';

describe('a mutate block', () => {
  it.each([
    ['rename before convert', 'rename => { "n" => "m" } convert => { "m" => "integer" }', { m: 7 }],
    ['replace before convert', 'convert => { "n" => "integer" } replace => { "n" => "12" }', { n: 12 }],
    [
      'rename before uppercase',
      'uppercase => ["m"] replace => { "q" => "b" } rename => { "n" => "m" }',
      { m: '7', q: 'b' },
    ],
    ['gsub before lowercase', 'lowercase => ["n"] gsub => ["n", "7", "ABC"]', { n: 'abc' }],
    ['merge before remove_field', 'remove_field => ["n"] merge => { "list" => "n" }', { list: ['7'] }],
    [
      'replace before merge',
      'merge => { "list" => "v" } replace => { "v" => "new" }',
      { n: '7', list: ['new'], v: 'new' },
    ],
    [
      'two blocks of the same operation',
      'replace => { "a" => "1" } replace => { "b" => "2" }',
      { n: '7', a: '1', b: '2' },
    ],
  ])('runs %s, whatever the order of the text', (_, block, tokens) => {
    expect(tokensOf(`mutate { replace => { "n" => "7" } } mutate { ${block} }`)).toEqual(tokens);
  });
});

describe('replace', () => {
  it('makes maps on the way, also in the place of a text', () => {
    const statements = 'mutate { replace => { "l" => "" } } mutate { replace => { "l.key" => "a" } }';
    expect(tokensOf(statements)).toEqual({ l: { key: 'a' } });
  });

  it('fills tokens in, in values and in names', () => {
    const statements =
      'mutate { replace => { "a" => "x" "b.c" => "y" } } mutate { replace => { "t.%{a}" => "%{a}-%{b.c}-%{[b][c]}" } }';
    expect(tokensOf(statements)).toMatchObject({ t: { x: 'x-y-y' } });
  });

  it('refuses what is no text', () => {
    const statements = 'json { source => "message" } mutate { replace => { "a" => "%{n}" } }';
    expect(failureOf(statements, '{"n":1}')).toContain(
      'replace failure: field "a": source field "n": field is not a string',
    );
  });
});

describe('merge', () => {
  const values = 'mutate { replace => { "a" => "1" "b" => "2" "empty" => "" "m.x" => "1" } } ';

  it.each([
    ['a text into nothing', 'mutate { merge => { "l" => "a" } }', { l: ['1'] }],
    [
      'texts one after the other',
      'mutate { merge => { "l" => "a" } } mutate { merge => { "l" => "b" } }',
      { l: ['1', '2'] },
    ],
    ['a text into a text', 'mutate { merge => { "a" => "b" } }', { a: ['1', '2'] }],
    ['a text into the empty text', 'mutate { merge => { "empty" => "b" } }', { empty: ['2'] }],
    [
      'a list element by element',
      'mutate { merge => { "l" => "a" } } mutate { merge => { "k" => "l" } }',
      { k: ['1'] },
    ],
    ['a map as one element', 'mutate { merge => { "l" => "m" } }', { l: [{ x: '1' }] }],
    [
      'maps key by key',
      'mutate { replace => { "n.y" => "2" } } mutate { merge => { "n" => "m" } }',
      { n: { x: '1', y: '2' } },
    ],
  ])('puts %s', (_, statement, tokens) => {
    expect(tokensOf(values + statement)).toMatchObject(tokens);
  });

  it('passes over what is not set, and tells on_error', () => {
    expect(tokensOf('mutate { merge => { "l" => "absent" } }')).toEqual({});
    expect(tokensOf('mutate { merge => { "l" => "absent" } on_error => "e" }')).toEqual({
      e: true,
      '@onErrorCount': 1,
    });
  });

  it('does not copy a map, so that what is set in it later is in the list as well', () => {
    const statements = `
      mutate { replace => { "r.a" => "1" } }
      mutate { merge => { "event.results" => "r" } }
      mutate { replace => { "r.b" => "2" } }`;
    expect(tokensOf(statements)).toMatchObject({ event: { results: [{ a: '1', b: '2' }] } });
  });

  it('lets a builder be used again once it was reset', () => {
    const statements = `
      mutate { replace => { "label.key" => "a" } }
      mutate { merge => { "labels" => "label" } }
      mutate { replace => { "label" => "" } }
      mutate { replace => { "label.key" => "b" } }
      mutate { merge => { "labels" => "label" } }`;
    expect(tokensOf(statements)).toMatchObject({ labels: [{ key: 'a' }, { key: 'b' }] });
  });

  it('gives an event of each merge into @output, as the builder was then', () => {
    const statements = `
      mutate { replace => { "event.n" => "1" } }
      mutate { merge => { "@output" => "event" } }
      mutate { replace => { "event.n" => "2" } }
      mutate { merge => { "@output" => "event" } }`;
    expect(runStatements(statements).outputs).toEqual([{ n: '1' }, { n: '2' }]);
  });
});

describe('other operations of mutate', () => {
  it('moves with rename, over what stands there, and passes over what is not set', () => {
    const statements =
      'mutate { replace => { "a.b" => "1" "c" => "2" } } mutate { rename => { "a.b" => "c" "absent" => "d" } }';
    expect(tokensOf(statements)).toEqual({ a: {}, c: '1' });
  });

  it('replaces by expression, with groups', () => {
    const statements = `mutate { gsub => ["message", "(\\\\d+)-(\\\\d+)", "$2/\${1}", "message", "x", ""] }`;
    expect(tokensOf(statements, 'x12-34x')).toMatchObject({ message: '34/12' });
  });

  it('passes over a missing field of gsub, and tells on_error', () => {
    expect(tokensOf('mutate { gsub => ["absent", "a", "b"] }')).toEqual({});
    expect(tokensOf('mutate { gsub => ["absent", "a", "b"] on_error => "e" }')).toMatchObject({ e: true });
  });

  it('splits into a list', () => {
    const statements = 'mutate { split => { source => "message" separator => "," target => "parts" } }';
    expect(tokensOf(statements, 'a,b,,c')).toEqual({ parts: ['a', 'b', '', 'c'] });
  });

  it('removes fields, also by a name with a token, and passes over what is not set', () => {
    const statements =
      'mutate { replace => { "k" => "x" "m.x" => "1" "m.y" => "2" } } mutate { remove_field => ["m.%{k}", "absent"] }';
    expect(tokensOf(statements)).toEqual({ k: 'x', m: { y: '2' } });
  });

  it('copies deeply', () => {
    const statements =
      'mutate { replace => { "a.b" => "1" } } mutate { copy => { "c" => "a" } } mutate { replace => { "a.b" => "2" } }';
    expect(tokensOf(statements)).toEqual({ a: { b: '2' }, c: { b: '1' } });
  });
});
