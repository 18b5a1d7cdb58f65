import { describe, expect, it } from 'vitest';
import { runStatements } from '../testing/run-statements.ts';

/** The tokens after the statements. */
function tokensOf(statements: string, message = ''): unknown {
  const { tokens, stop } = runStatements(statements, message);
  if (stop !== undefined) throw new Error(JSON.stringify(stop));
  return tokens;
}

function failureOf(statements: string, message = ''): string | undefined {
  const { stop } = runStatements(statements, message);
  return stop?.kind === 'failed' ? stop.message : undefined;
}

describe('on_error', () => {
  const failing = 'mutate { replace => { "x" => "%{absent}" } on_error => "not_x" }';

  it('sets its flag and counts when the filter fails', () => {
    expect(tokensOf(failing)).toEqual({ not_x: true, '@onErrorCount': 1 });
  });

  it('takes its flag back when the filter succeeds later', () => {
    const later = 'mutate { replace => { "x" => "1" } on_error => "not_x" }';
    expect(tokensOf(failing + later)).toEqual({ x: '1', not_x: false, '@onErrorCount': 1 });
  });

  it('leaves undone what stands behind the pair that failed', () => {
    const statements = 'mutate { replace => { "a" => "1" "b" => "%{absent}" "c" => "3" } on_error => "bad" }';
    expect(tokensOf(statements)).toEqual({ a: '1', bad: true, '@onErrorCount': 1 });
  });

  it('ends the log where it is missing, with the filter by its number', () => {
    const statements = 'if [message] == "" { mutate { replace => { "a" => "" } } } mutate { copy => { "x" => "a.b" } }';
    expect(failureOf(statements)).toBe(
      'filter mutate (2) failed: copy failure: copy source field "a.b" must not be empty (try using replace to provide the value before calling copy)',
    );
  });
});

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

describe('conditions', () => {
  const json =
    '{"s":"abc","n":4,"f":1.5,"t":true,"no":false,"e":"","o":{"a":{"b":"x"}},"l":["x","y"],"big":12345678901234567890}';

  it.each([
    ['[s] == "abc"', true],
    ['[s] != "abc"', false],
    ["[s] == 'abc'", true],
    ['[n] == 4', true],
    ['[n] == "4"', false],
    ['[n] != "4"', true],
    ['[n] >= 4 and [n] < 5', true],
    ['[f] > 1', true],
    ['[big] == 12345678901234567890', true],
    ['[t] == true', true],
    ['[t] == "true"', false],
    ['[no] == false', true],
    ['[t]', true],
    ['[no]', false],
    ['![no]', true],
    ['![e]', true],
    ['[s]', true],
    ['[o]', true],
    ['[o][a][b] == "x"', true],
    ['[o][z][b] == "x"', false],
    ['[o][z] == ""', false],
    ['[l][1] == "y"', true],
    ['[s] in ["x", "abc"]', true],
    ['[s] not in ["x", "abc"]', false],
    ['[n] in ["4", 4]', true],
    ['[n] in ["4"]', false],
    ['"x" in [l]', true],
    ['"bc" in [s]', true],
    ['[s] =~ "b"', true],
    ['[s] =~ "^b"', false],
    ['[s] =~ /B/', false],
    ['[s] =~ /(?i)B/', true],
    ['[s] !~ ("b|z")', false],
    ['[o] =~ "x"', false],
    ['[n] =~ "4"', false],
    ['[s] == [s]', true],
    ['[s] != [e]', true],
    ['[s] == "abc" && [n] == 4', true],
    ['[s] == "z" || [n] == 4', true],
    ['[t] or [t] and [no]', true],
    ['([t] or [t]) and [no]', false],
    ['![t] or [t]', true],
    ['!([t] or [t])', false],
    ['n == 4', true],
    ['o.a.b in ["x"]', true],
    ['[s] == ["abc"]', true],
    ['[s] IN ["abc"] AND NOT [no]', true],
    ['[t] xor [t]', false],
    ['[t] nand [no]', true],
    ['not [no] and [t]', true],
  ])('%s is %s', (condition, expected) => {
    const statements = `json { source => "message" } if ${condition} { mutate { replace => { "r" => "yes" } } } else { mutate { replace => { "r" => "no" } } }`;
    expect(tokensOf(statements, json)).toMatchObject({ r: expected ? 'yes' : 'no' });
  });

  it('fail for a name that was never set', () => {
    expect(failureOf('if [product] == "x" { drop {} }')).toBe(
      'filter conditional (0) failed: failed to evaluate expression: "product" not found in state data',
    );
  });

  it('take a name that was never set for false where the parser is not strict', () => {
    const statements = 'if [product] == "x" or [product] { drop {} }';
    expect(runStatements(statements, '', { strict: false }).stop).toBeUndefined();
  });

  it('ask no further than needed', () => {
    expect(tokensOf('mutate { replace => { "a" => "" } } if [a] and [absent] == "x" { drop {} }')).toEqual({ a: '' });
    expect(tokensOf('mutate { replace => { "a" => "1" } } if [a] or [absent] == "x" { }')).toEqual({ a: '1' });
  });

  it('may name a flag whose filter never ran, and what a failed replace was to set', () => {
    const statements = `
      if [message] == "never" { json { source => "message" on_error => "not_json" } }
      mutate { replace => { "x" => "%{absent}" } on_error => "no_x" }
      if ![not_json] and [x] != "y" { mutate { replace => { "r" => "1" } } }`;
    expect(tokensOf(statements)).toMatchObject({ r: '1' });
  });

  it('take the first branch that holds', () => {
    const statements =
      'if [message] == "a" { mutate { replace => { "r" => "1" } } } else if [message] == "b" { mutate { replace => { "r" => "2" } } } else { mutate { replace => { "r" => "3" } } }';
    expect(['a', 'b', 'c'].map((message) => tokensOf(statements, message))).toEqual([
      { r: '1' },
      { r: '2' },
      { r: '3' },
    ]);
  });
});

describe('loops', () => {
  const json = 'json { source => "message" array_function => "split_columns" } ';
  const collect =
    'mutate { convert => { "i" => "string" } on_error => "is_string" } mutate { replace => { "s" => "%{i}=%{x}" } } mutate { merge => { "r" => "s" } }';

  it('go over a list in order, with the index from 0', () => {
    expect(tokensOf(`${json} for i, x in a.l { ${collect} }`, '{"a":{"l":["p","q"]}}')).toMatchObject({
      r: ['0=p', '1=q'],
    });
  });

  it('go over a map by the order of its keys', () => {
    expect(tokensOf(`${json} for i, x in m map { ${collect} }`, '{"m":{"b":"2","a":"1"}}')).toMatchObject({
      r: ['a=1', 'b=2'],
    });
  });

  it('go over a list as a map with its indices as keys', () => {
    expect(tokensOf(`${json} for i, x in l map { ${collect} }`, '{"l":["p"]}')).toMatchObject({ r: ['0=p'] });
  });

  it('take no turn for what is missing, null or no list', () => {
    const statements = `${json} for x in absent.z { drop {} } for x in n { drop {} } for x in s { drop {} }`;
    expect(tokensOf(statements, '{"n":null,"s":"text"}')).toEqual({ s: 'text' });
  });

  it('nest, and reach the fields of elements', () => {
    const statements = `${json} for x in l { for y in x.k { mutate { merge => { "r" => "y" } } } }`;
    expect(tokensOf(statements, '{"l":[{"k":["1","2"]},{},{"k":["3"]}]}')).toMatchObject({ r: ['1', '2', '3'] });
  });

  it('give the maps of a list themselves', () => {
    const statements = `${json} for x in l { mutate { replace => { "x.k" => "9" } } }`;
    expect(tokensOf(statements, '{"l":[{"k":"1"}]}')).toMatchObject({ l: [{ k: '9' }] });
  });

  it('end with the log when a statement inside ends it', () => {
    const { stop } = runStatements(`${json} for x in l { drop { tag => "TAG_X" } }`, '{"l":[1,2]}');
    expect(stop).toEqual({ kind: 'dropped', tag: 'TAG_X' });
  });
});

describe('paths', () => {
  it('find what a key with dots holds, as maps within maps', () => {
    const json = '{"labels":{"compute.example.com/name":"a","compute.zone":"b"}}';
    const statements = `json { source => "message" } mutate { replace => { "n" => "%{labels.compute.example.com/name}" } }`;
    expect(tokensOf(statements, json)).toEqual({
      labels: { compute: { example: { 'com/name': 'a' }, zone: 'b' } },
      n: 'a',
    });
  });

  it('never reach the prototype of anything', () => {
    const statements = `json { source => "message" } mutate { replace => { "__proto__.polluted" => "x" "constructor.prototype.polluted" => "x" } }`;
    runStatements(statements, '{"__proto__":{"a":"1"},"l":[]}');
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    expect(failureOf('mutate { replace => { "a" => "%{constructor}" } }')).toContain('field not set');
  });
});

describe('json', () => {
  it('keeps the kinds; numbers are doubles, and print without an exponent', () => {
    const text = '{"i":1,"big":1775471123054628966,"f":9.0,"s":1e-7,"b":false,"n":null,"l":[1,"a",null],"o":{"p":{}}}';
    const convert = 'mutate { convert => { "big" => "string" "f" => "string" "s" => "string" } }';
    expect(tokensOf(`json { source => "message" } ${convert}`, text)).toEqual({
      i: 1,
      big: '1775471123054628900',
      f: '9',
      s: '0.0000001',
      b: false,
      l: [1, 'a', null],
      o: { p: {} },
    });
  });

  it('refuses a number that no double holds', () => {
    expect(failureOf('json { source => "message" }', '{"a":1e309}')).toContain('cannot unmarshal number 1e309');
  });

  it('leaves a token as it was where the member is null', () => {
    expect(tokensOf('mutate { replace => { "a" => "" } } json { source => "message" }', '{"a":null}')).toEqual({
      a: '',
    });
  });

  it('puts the members under its target', () => {
    expect(tokensOf('json { source => "message" target => "j" }', '{"a":1}')).toEqual({ j: { a: 1 } });
  });

  it.each([
    ['', 'unexpected end of JSON input'],
    ['[1]', "invalid JSON object: found '[', expected '{'"],
    ['{"a":1} x', "invalid character 'x' after top-level value"],
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":01}', "invalid character '1' after object key:value pair"],
    ['{"a":"\n"}', "invalid character '\\n' in string literal"],
    ['{"a":"\\q"}', "invalid character 'q' in string escape code"],
    ['{"a":tru}', "invalid character 't' looking for beginning of value"],
    ['{"a":[1', 'unexpected end of JSON input'],
  ])('refuses %j as Go does', (text, message) => {
    expect(failureOf('json { source => "message" }', text)).toBe(
      `filter json (0) failed: json failure: failed to parse JSON: ${message}`,
    );
  });

  it('refuses what nests too deep instead of overflowing', () => {
    expect(failureOf('json { source => "message" }', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`)).toContain(
      'nest more than 64 deep',
    );
  });
});

describe('grok', () => {
  it('takes the first pattern that matches, and leaves groups alone that took no part', () => {
    const statements = 'grok { match => { "message" => ["^%{INT:n}$", "^(?P<a>a)|(?P<b>b)$"] } }';
    expect(tokensOf(statements, 'a')).toEqual({ a: 'a' });
    expect(tokensOf(statements, '12')).toEqual({ n: '12' });
  });

  it('refuses to overwrite without being told', () => {
    const grok = (option: string) =>
      `mutate { replace => { "n" => "" } } grok { match => { "message" => "%{INT:n}" } ${option} }`;
    expect(failureOf(grok(''), '1')).toBe(
      'filter grok (1) failed: grok failure: field "n" already exists in data and is not overwritable',
    );
    expect(tokensOf(grok('overwrite => ["n"]'), '1')).toEqual({ n: '1' });
  });

  it('fails when no pattern matches, or none captures', () => {
    const failed = 'filter grok (0) failed: grok failure: failed to parse data with all match patterns';
    expect(failureOf('grok { match => { "message" => "%{INT:n}" } }', 'x')).toBe(failed);
    expect(failureOf('grok { match => { "message" => "%{WORD}" } }', 'x')).toBe(failed);
  });

  it('collects every match with match_all', () => {
    const statements = 'grok { match => { "message" => "(?P<k>[a-z])=(?P<v>\\\\d)?" } match_all => true }';
    expect(tokensOf(statements, 'a=1 b= c=3')).toEqual({ k: { 0: 'a', 1: 'b', 2: 'c' }, v: { 0: '1', 2: '3' } });
  });
});

describe('translate', () => {
  const translate = (more: string) =>
    `translate { source => "message" target => "t" dictionary => { "1" => "HIGH" "2" => "LOW" } ${more} }`;

  it('sets what the dictionary has, else the fallback', () => {
    expect(tokensOf(translate(''), '2')).toEqual({ t: 'LOW' });
    expect(tokensOf(translate('fallback => "NONE"'), '9')).toEqual({ t: 'NONE' });
  });

  it('fails where neither has anything', () => {
    expect(failureOf(translate(''), '9')).toContain('the dictionary has no "9"');
  });
});

describe('limits', () => {
  it.each([
    ['statements', { statements: 2 }, 'mutate { replace => { "a" => "1" } } '.repeat(3)],
    [
      'loopTurns',
      { loopTurns: 2 },
      'mutate { split => { source => "message" separator => "," target => "l" } } for x in l { }',
    ],
    [
      'workCharacters',
      { workCharacters: 10 },
      'if [message] =~ "z" { } if [message] =~ "z" { } if [message] =~ "z" { }',
    ],
    ['tokenCharacters', { tokenCharacters: 8 }, 'mutate { replace => { "a" => "%{message}%{message}" } }'],
    [
      'values',
      { values: 5 },
      'mutate { split => { source => "message" separator => "," target => "l" } } mutate { copy => { "m" => "l" } }',
    ],
    [
      'outputs',
      { outputs: 1 },
      'mutate { merge => { "@output" => "message" } } mutate { merge => { "@output" => "message" } }',
    ],
  ])('%s end the log whatever on_error says', (name, limits, statements) => {
    expect(() => runStatements(statements, 'a,b,c', { limits })).toThrow(`limit exceeded: ${name} is limited to`);
  });

  it('at the limit is not over it', () => {
    expect(
      runStatements('mutate { replace => { "a" => "1" } } '.repeat(3), '', { limits: { statements: 3 } }).stop,
    ).toBeUndefined();
  });
});
