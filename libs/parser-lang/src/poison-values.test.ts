import { describe, expect, it } from 'vitest';
import { createLogParser } from './create-log-parser.ts';
import type { ParsedLog } from './log-parser.ts';
import { runStatements } from './testing/run-statements.ts';

/** Statements, the log, and the tokens or the failure that are left. */
function tokensOf(statements: string, message: string): Readonly<Record<string, unknown>> {
  return runStatements(statements, message).tokens;
}

function parse(statements: string, message: string): ParsedLog {
  const { parser, diagnostics } = createLogParser({ text: `filter { ${statements} }`, logType: 'POISON' });
  if (parser === null) throw new Error(diagnostics.map(({ message: text }) => text).join('; '));
  return parser.parse({ text: message, createTime: { seconds: 1_700_000_000, nanos: 0 } });
}

const JSON_FILTER = 'json { source => "message" target => "j" on_error => "failed" }';
const EVENT = `
  mutate { replace => { "event.idm.read_only_udm.metadata.event_type" => "GENERIC_EVENT" } }
  mutate { merge => { "@output" => "event" } }
`;

describe('numbers', () => {
  it.each(['NaN', 'Infinity', '-Infinity', '1e309', '0x10', '1_000', '٣', '', ' 1', '1 '])(
    'fault 39: the text %j is no integer, and leaves the token as it was',
    (text) => {
      const tokens = tokensOf('mutate { convert => { "message" => "integer" } on_error => "failed" }', text);
      expect(tokens).toMatchObject({ failed: true });
    },
  );

  it.each(['1e309', '-1e309', 'NaN', 'Infinity', '-Infinity', '0x10', '--1', '1e', ''])(
    'fault 39: the text %j makes no event with a number that is lost in JSON',
    (text) => {
      const parsed = parse(
        `mutate { convert => { "message" => "float" } on_error => "failed" }
         mutate { rename => { "message" => "event.idm.read_only_udm.security_result.risk_score" } } ${EVENT}`,
        text,
      );
      expect(JSON.stringify(parsed)).not.toContain('"riskScore":null');
      expect(Number(parsed.events.length > 0) + Number(parsed.error !== null)).toBe(1);
    },
  );

  it.each(['1e309', '-1e309', '1e999999999', `1${'0'.repeat(400)}`])(
    'fault 39: the number %.20s in JSON fails the filter, with a message of bounded length',
    (number) => {
      expect(tokensOf(JSON_FILTER, `{"a":${number}}`)).toMatchObject({ failed: true });
      const long = parse('json { source => "message" }', `{"a":1${'0'.repeat(1_000_000)}}`);
      expect(long.error?.code).toBe('LOG_PARSING_CBN_ERROR');
      expect(long.error?.message.length).toBeLessThan(4_000);
    },
  );

  it.each([
    ['-62135596801', 'UNIX'],
    ['253402300800', 'UNIX'],
    ['1e18', 'UNIX'],
    ['99999999999999999999', 'UNIX_MS'],
    ['NaN', 'UNIX'],
    ['9999-12-31T23:59:60Z', 'ISO8601'],
    ['2023-02-29T00:00:00Z', 'ISO8601'],
  ])('fault 39: the time %s read as %s is an error or a time that can be written', (text, format) => {
    const { events, error } = parse(`date { match => ["message", "${format}"] on_error => "failed" } ${EVENT}`, text);
    expect(error).toBeNull();
    expect(events[0]?.['metadata']).toMatchObject({
      eventTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/),
    });
  });
});

describe('nesting', () => {
  it.each([
    ['lists', (depth: number) => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`],
    ['objects', (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`],
    ['lists that are not closed', (depth: number) => `{"a":${'['.repeat(depth)}`],
  ])('fault 41: 100,000 %s in JSON fail the filter and not the process', (_, text) => {
    expect(tokensOf(JSON_FILTER, text(100_000))).toMatchObject({ failed: true });
  });

  it('fault 41: 100,000 elements in XML fail the filter and not the process', () => {
    const filter = 'xml { source => "message" xpath => { "//a" => "x" } on_error => "failed" }';
    expect(tokensOf(filter, '<a>'.repeat(100_000) + '</a>'.repeat(100_000))).toMatchObject({ failed: true });
  });

  it('fault 41: a key of 100,000 dots is kept', () => {
    const { tokens } = runStatements(`${JSON_FILTER} if [failed] { drop { } }`, `{"${'a.'.repeat(100_000)}b":1}`);
    expect(tokens).toMatchObject({ j: { a: { a: {} } } });
  });

  it('fault 41: a path of 100,000 names sets what can be set, and reads nothing', () => {
    const path = `a${'.a'.repeat(100_000)}`;
    const { stop } = runStatements(`mutate { replace => { "${path}" => "1" } } if [a] == "1" { drop { } }`);
    expect(stop).toBeUndefined();
  });

  it('fault 41: references to entities that a document declares are not followed', () => {
    const bomb = `<!DOCTYPE a [<!ENTITY b "xx">${Array.from({ length: 30 }, (_, at) => `<!ENTITY c${at} "&b;&b;">`).join('')}]><a>&c29;</a>`;
    const filter = 'xml { source => "message" xpath => { "/a" => "x" } on_error => "failed" }';
    expect(tokensOf(filter, bomb)).toMatchObject({ failed: true });
  });
});

describe('names that mean something to JavaScript', () => {
  const NAMES = ['__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toString', 'length'];

  it.each([
    ['json', JSON_FILTER, (name: string) => `{"${name}":"x"}`],
    ['kv', 'kv { source => "message" target => "j" on_error => "failed" }', (name: string) => `${name}=x`],
    ['csv', '', () => ''],
  ])('fault 42: are keys like others in %s', (filter, statements, text) => {
    for (const name of NAMES) {
      const program =
        filter === 'csv'
          ? `csv { source => "message" columns => ["${name}"] target => "j" on_error => "failed" }`
          : statements;
      const { state } = runStatements(
        `${program} mutate { replace => { "copied" => "%{j.${name}}" } }`,
        filter === 'csv' ? 'x' : text(name),
      );
      expect(state.tokens.get('copied')).toBe('x');
      expect(Object.hasOwn(Object.prototype, 'x')).toBe(false);
    }
  });

  it.each(NAMES)('fault 42: %s is a token, a flag, a loop variable, a capture and an attribute like others', (name) => {
    const { state } = runStatements(
      `mutate { split => { source => "message" separator => " " target => "l" } }
       for ${name} in l { mutate { replace => { "last" => "%{${name}}" } } }
       grok { match => { "message" => "^(?P<${name}>\\\\w+)" } overwrite => ["${name}"] on_error => "${name}2" }
       mutate { replace => { "captured" => "%{${name}}" } }
       if [${name}2] { drop { } }
       mutate { rename => { "${name}" => "a.${name}.b" } }
       mutate { replace => { "moved" => "%{a.${name}.b}" } }`,
      'one two',
    );
    expect(['last', 'captured', 'moved'].map((token) => state.tokens.get(token))).toEqual(['two', 'one', 'one']);
    const { state: xml } = runStatements(
      `xml { source => "message" xpath => { "/e/@${name}" => "attribute" "/e/${name}" => "element" } on_error => "failed" }`,
      `<e ${name}="x"><${name}>y</${name}></e>`,
    );
    expect([xml.tokens.get('attribute'), xml.tokens.get('element')]).toEqual(['x', 'y']);
  });

  it.each(NAMES)('fault 42: %s is an additional field like others, and no field of UDM', (name) => {
    const added = parse(
      `mutate { replace => { "f.key" => "${name}" "f.value.string_value" => "x" } }
       mutate { merge => { "event.idm.read_only_udm.additional.fields" => "f" } } ${EVENT}`,
      'm',
    );
    expect(JSON.stringify(added.events[0]?.['additional'])).toBe(`{"${name}":"x"}`);
    const unknown = parse(`mutate { replace => { "event.idm.read_only_udm.${name}" => "x" } } ${EVENT}`, 'm');
    expect(unknown.error?.code).toBe('LOG_PARSING_GENERATED_INVALID_EVENT');
  });
});

describe('a log that fails', () => {
  it.each([
    ['json', 'json { source => "message" }'],
    ['kv', 'kv { source => "message" field_split => "|" value_split => "~" }'],
    ['xml', 'xml { source => "message" xpath => { "/a" => "x" } }'],
    ['date', 'date { match => ["message", "ISO8601"] }'],
    ['grok', 'grok { match => { "message" => "^%{IP:ip}$" } }'],
    ['convert', 'mutate { convert => { "message" => "integer" } }'],
    ['base64', 'base64 { source => "message" }'],
  ])('fault 34: in %s has an error of its own of bounded length, and the next is parsed', (_, statement) => {
    const program = `if [message] != "ok" { ${statement} } ${EVENT}`;
    const { parser } = createLogParser({ text: `filter { ${program} }`, logType: 'POISON' });
    const createTime = { seconds: 0, nanos: 0 };
    for (const text of [`\0\uFFFD"<{[${'x '.repeat(200_000)}`, '\uD800', `'${'\u202E'.repeat(5_000)}`]) {
      const parsed = parser?.parse({ text, createTime });
      expect(parsed?.error?.code).toBe('LOG_PARSING_CBN_ERROR');
      expect(parsed?.error?.message.length).toBeLessThan(8_000);
    }
    expect(parser?.parse({ text: 'ok', createTime })).toMatchObject({ error: null, events: [{}] });
  });
});
