import { describe, expect, it } from 'vitest';
import { createLogParser } from './create-log-parser.ts';
import type { LogParser, ParsedLog, RawLog } from './log-parser.ts';
import { DEFAULT_LIMITS, type ParserLimits } from './runtime/limits.ts';
import { lintProgram } from './lint/lint-program.ts';
import { parseProgram } from './syntax/parse-program.ts';

/** The limits as they are, but for an eighth of the work, so that the tests take an eighth of the time. */
const LIMITS: ParserLimits = { ...DEFAULT_LIMITS, workCharacters: DEFAULT_LIMITS.workCharacters / 8 };

/** What a log may take that runs into them: a few times what it takes. */
const MOST_CPU_MS = 4_000;

const OUTPUT = `
  mutate { replace => { "event.idm.read_only_udm.metadata.event_type" => "GENERIC_EVENT" } }
  mutate { merge => { "@output" => "event" } }
`;

function parserOf(statements: string, limits: Partial<ParserLimits> = LIMITS): LogParser {
  // A log "ok" takes none of the costly ways, so that it shows whether the next log is parsed as ever.
  const text = `filter {\nif [message] != "ok" {\n${statements}\n}\n${OUTPUT}}`;
  const { parser, diagnostics } = createLogParser({ text, logType: 'BOMB', limits });
  if (parser === null) throw new Error(diagnostics.map(({ message }) => message).join('; '));
  return parser;
}

function logOf(text: string): RawLog {
  return { text, createTime: { seconds: 1_700_000_000, nanos: 0 } };
}

interface Run {
  readonly parsed: ParsedLog;
  readonly cpuMs: number;
}

function run(parser: LogParser, text: string): Run {
  const before = process.threadCpuUsage();
  const parsed = parser.parse(logOf(text));
  const { user, system } = process.threadCpuUsage(before);
  return { parsed, cpuMs: (user + system) / 1_000 };
}

/** That the log ends by this limit, in time, and that the next one is parsed. */
function expectLimit(name: keyof ParserLimits, statements: string, text: string): void {
  const parser = parserOf(statements);
  const { parsed, cpuMs } = run(parser, text);
  expect(parsed.error?.message).toBe(
    `LOG_PARSING_LIMIT_EXCEEDED: limit exceeded: ${name} is limited to ${LIMITS[name]} for one log`,
  );
  expect(parsed.error?.code).toBe('LOG_PARSING_LIMIT_EXCEEDED');
  expect(cpuMs).toBeLessThan(MOST_CPU_MS);
  expect(parser.parse(logOf('ok'))).toMatchObject({ error: null, events: [{}] });
}

const MIB = 1024 * 1024;
const split = (target: string): string =>
  `mutate { split => { source => "message" separator => "," target => "${target}" } }`;

describe('a program that would hardly end', () => {
  it.each<[string, keyof ParserLimits, string, string]>([
    [
      'loops within loops over one list',
      'loopTurns',
      `${split('l')} for a in l { for b in l { for c in l { } } }`,
      'x,'.repeat(5_000),
    ],
    [
      'loops within loops over the pairs of a map',
      'loopTurns',
      'json { source => "message" target => "m" } for k, v in m map { for i, w in m map { } }',
      `{${Array.from({ length: 5_000 }, (_, at) => `"k${at}":1`).join(',')}}`,
    ],
    [
      'loops over lists of nothing but nulls',
      'workCharacters',
      'json { source => "message" target => "m" } for a in m.turns { for b in m.nulls { } }',
      `{"turns":[${'1,'.repeat(9_999)}1],"nulls":[${'null,'.repeat(99_999)}null]}`,
    ],
    [
      'many statements in many turns',
      'statements',
      `${split('l')} for a in l { ${'mutate { replace => { "b" => "x" } } '.repeat(40)} }`,
      'x,'.repeat(50_000),
    ],
    [
      'a list that is merged into itself',
      'values',
      `${split('l')} for a in l { mutate { merge => { "l" => "l" } } }`,
      'x,'.repeat(100),
    ],
    [
      'a large map that is merged again and again',
      'values',
      `kv { source => "message" target => "m" } mutate { replace => { "n.a" => "1" } } ${split('l')}
       for a in l { mutate { merge => { "n" => "m" } } }`,
      Array.from({ length: 5_000 }, (_, at) => `k${at}=1,`).join(' '),
    ],
    [
      'a text that doubles',
      'tokenCharacters',
      `mutate { replace => { "t" => "%{message}" } } ${split('l')} for a in l { mutate { replace => { "t" => "%{t}%{t}" } } }`,
      'x,'.repeat(100),
    ],
    [
      'a text that holds a token a thousand times',
      'tokenCharacters',
      `mutate { replace => { "t" => "${'%{message}'.repeat(1_000)}" } }`,
      'x'.repeat(MIB),
    ],
    [
      'a path that holds a token a thousand times',
      'tokenCharacters',
      `mutate { replace => { "a.${'%{message}'.repeat(1_000)}" => "1" } }`,
      'x'.repeat(MIB),
    ],
    [
      'replacements that are longer than a text can be',
      'tokenCharacters',
      `mutate { gsub => ["message", "x", "${'y'.repeat(1_000)}"] }`,
      'x'.repeat(MIB),
    ],
    [
      'long texts that are compared again and again',
      'workCharacters',
      `mutate { replace => { "a" => "%{message}" "b" => "%{message}" } } ${split('l')} for x in l { if [a] == [b] and [a] <= [b] { } }`,
      'x,'.repeat(100_000),
    ],
    [
      'a long list in which a value is looked for again and again',
      'workCharacters',
      `${split('l')} for x in l { if "z" in [l] { } }`,
      'x,'.repeat(90_000),
    ],
    [
      'a long text in which a text is looked for again and again',
      'workCharacters',
      `${split('l')} for x in l { if "z" in [message] { } }`,
      'x,'.repeat(90_000),
    ],
    [
      'elements that are taken out of the front of a long list',
      'workCharacters',
      `${split('l')} for x in l { mutate { remove_field => ["l.1"] } }`,
      'x,'.repeat(90_000),
    ],
    [
      'long lists in capitals again and again',
      'values',
      `${split('l')} for x in l { mutate { uppercase => ["l"] } }`,
      'x,'.repeat(90_000),
    ],
    ['columns without end', 'values', 'csv { source => "message" target => "c" }', ','.repeat(4 * MIB)],
    ['parts without end', 'values', split('l'), ','.repeat(4 * MIB)],
    [
      'pairs without end',
      'values',
      'kv { source => "message" target => "k" } '.repeat(20),
      Array.from({ length: 60_000 }, (_, at) => `k${at}=1`).join(' '),
    ],
    ['maps without end', 'values', 'json { source => "message" target => "j" }', `{"a":[${'{},'.repeat(MIB)}{}]}`],
    [
      'objects read again and again',
      'values',
      'json { source => "message" target => "j" } '.repeat(40),
      `{"a":[${'{},'.repeat(50_000)}{}]}`,
    ],
    [
      'matches without end',
      'values',
      'grok { match => { "message" => "(?P<a>x)(?P<b>y)?" } match_all => true }',
      'x'.repeat(MIB),
    ],
    [
      'matches without end of many groups',
      'values',
      `grok { match => { "message" => "x${Array.from({ length: 500 }, (_, at) => `(?P<g${at}>y)?`).join('')}" } match_all => true }`,
      'x'.repeat(4 * MIB),
    ],
    [
      'patterns that read a long text one after the other',
      'workCharacters',
      `grok { match => { "message" => [${'"^(?P<a>[^x]+)$", '.repeat(100)}] } }`,
      'x'.repeat(3 * MIB),
    ],
    [
      'paths that walk a large document one after the other',
      'workCharacters',
      `xml { source => "message" xpath => { ${Array.from({ length: 2_000 }, (_, at) => `"//b[@c='${at}']" => "t"`).join(' ')} } }`,
      `<a>${'<b c="x">y</b>'.repeat(190_000)}</a>`,
    ],
    [
      'elements within elements whose text is read for each',
      'workCharacters',
      'for i, e in xml(message, //*) { }',
      `${'<a>'.repeat(250)}${'<b>some text</b>'.repeat(190_000)}${'</a>'.repeat(250)}`,
    ],
    [
      'events without end',
      'outputs',
      `${split('l')} for x in l { mutate { merge => { "@output" => "x" } } }`,
      'x,'.repeat(20_000),
    ],
  ])('fault 46: %s end by the limit of %s, and the next log is parsed', (_, name, statements, text) => {
    expectLimit(name, statements, text);
  });

  it('fault 46: on_error does not catch a limit', () => {
    const parser = parserOf('mutate { replace => { "t" => "%{message}%{message}" } on_error => "failed" }', {
      tokenCharacters: 5,
    });
    expect(run(parser, 'abc').parsed.error?.code).toBe('LOG_PARSING_LIMIT_EXCEEDED');
  });

  it('fault 46: a part that begins anew at every character of a long text is looked for once', () => {
    const part = `${'a'.repeat(MIB / 4)}b${'a'.repeat(MIB / 4)}`;
    const parser = parserOf(
      'json { source => "message" target => "j" } if [j][part] in [j][text] { drop { tag => "FOUND" } }',
    );
    const miss = run(parser, JSON.stringify({ part, text: 'a'.repeat(MIB) }));
    expect(miss.parsed).toMatchObject({ error: null, events: [{}] });
    expect(miss.cpuMs).toBeLessThan(2_000);
    expect(run(parser, JSON.stringify({ part, text: `${'a'.repeat(MIB)}${part}` })).parsed.dropped).toBe('FOUND');
  });
});

describe('a map that holds itself', () => {
  const cycle = 'mutate { replace => { "a.x" => "1" } } mutate { merge => { "a.b" => "a" } }';

  it.each([
    ['statedump', 'statedump { label => "all" }'],
    ['copy', 'mutate { copy => { "c" => "a" } }'],
    ['merge into @output', 'mutate { merge => { "@output" => "a" } } mutate { replace => { "b" => "" } }'],
  ])('fault 46: ends by its depth in %s', (_, statements) => {
    expectLimit('depth', `${cycle} ${statements}`, 'x');
  });

  it('fault 46: is put out as an error when it is an event', () => {
    const text = `filter { if [message] != "ok" {
      mutate { replace => { "event.idm.read_only_udm.about.x" => "1" } }
      mutate { merge => { "event.idm.read_only_udm.about" => "event.idm.read_only_udm" } }
    } mutate { merge => { "@output" => "event" } } }`;
    const { parser } = createLogParser({ text, logType: 'CYCLE' });
    expect(parser?.parse(logOf('x')).error?.code).toBe('LOG_PARSING_GENERATED_INVALID_EVENT');
  });

  it('fault 46: can be read, written, looped over and taken apart', () => {
    const parser = parserOf(`${cycle}
      for v in a.b { mutate { replace => { "a.b.0.b.0.x" => "2" } } }
      for k, v in a map { mutate { rename => { "v" => "w" } } }
      if [a][x] == "2" { mutate { remove_field => ["a.b"] } }
      if [a] == [a] { mutate { rename => { "a" => "c" } } }`);
    expect(run(parser, 'x').parsed).toMatchObject({ error: null, events: [{}] });
  });

  it('fault 46: of any length, a path through it leads nowhere', () => {
    const parser = parserOf(`${cycle} mutate { copy => { "c" => "a${'.b.0'.repeat(600)}.x" } on_error => "missing" }
      if [missing] { drop { tag => "MISSING" } }`);
    expect(run(parser, 'x').parsed.dropped).toBe('MISSING');
  });

  it('fault 46: lists that hold each other are compared down to their depth', () => {
    const parser = parserOf(`
      json { source => "message" target => "j" }
      for x in j.p { mutate { rename => { "j.p" => "x.0" } } }
      for y in j.q { mutate { rename => { "j.q" => "y.0" } } }
      if [x] == [y] { drop { } }`);
    const { parsed } = run(parser, '{"p":[["a"]],"q":[["a"]]}');
    expect(parsed.error?.message).toContain('depth is limited to');
  });
});

describe('a limit', () => {
  it.each<[keyof ParserLimits, number, string, string]>([
    // if, three filters of the program, and the two that make the event.
    ['statements', 6, 'mutate { replace => { "a" => "1" } } '.repeat(3), 'x'],
    ['loopTurns', 3, `${split('l')} for x in l { }`, 'a,b,c'],
    ['tokenCharacters', 10, 'mutate { replace => { "a" => "%{message}%{message}" } }', '12345'],
    ['values', 3, split('l'), 'a,b,c'],
    ['depth', 2, 'json { source => "message" target => "j" } mutate { copy => { "c" => "j" } }', '{"a":{"b":{}}}'],
  ])('fault 46: of %s lets a log pass that is at it, and none that is one past it', (name, limit, statements, text) => {
    expect(run(parserOf(statements, { [name]: limit }), text).parsed.error).toBeNull();
    expect(run(parserOf(statements, { [name]: limit - 1 }), text).parsed.error?.message).toContain(
      `${name} is limited to`,
    );
  });

  it('fault 46: of outputs lets a log pass that is at it, and none that is one past it', () => {
    const merge = 'mutate { merge => { "@output" => "other" } } ';
    const event = 'mutate { replace => { "other.idm.read_only_udm.metadata.event_type" => "GENERIC_EVENT" } } ';
    expect(run(parserOf(event + merge.repeat(2), { outputs: 3 }), 'x').parsed.events).toHaveLength(3);
    expect(run(parserOf(event + merge.repeat(2), { outputs: 2 }), 'x').parsed.error?.message).toContain(
      'outputs is limited',
    );
  });
});

describe('a text', () => {
  const errorsOf = (text: string): readonly string[] =>
    parseProgram(text)
      .diagnostics.filter(({ severity }) => severity === 'error')
      .map(({ message }) => message);
  const padded = (length: number): string => `filter { ${' '.repeat(length - 11)} }`;

  it('fault 46: of as many characters as are allowed is read, one of more is refused', () => {
    expect(errorsOf(padded(4 * MIB))).toEqual([]);
    expect(errorsOf(padded(4 * MIB + 1))).toEqual(['this parser has 4,194,305 characters, and 4,194,304 are allowed']);
  });

  it('fault 46: of as many statements as are allowed is read, one of more is refused with one error', () => {
    const program = (statements: number): string => `filter { if [a] { ${'drop { } '.repeat(statements - 1)} } }`;
    expect(errorsOf(program(50_000))).toEqual([]);
    expect(errorsOf(program(50_001))).toEqual(['this parser has more than 50,000 statements']);
  });

  it('fault 46: may nest as deep as is allowed, and no deeper', () => {
    const nested = (depth: number): string => `filter { ${'if [a] { '.repeat(depth)}${'} '.repeat(depth)} }`;
    expect(errorsOf(nested(65))).toEqual([]);
    expect(errorsOf(nested(66))).toEqual(['statements nest more than 64 deep']);
    expect(errorsOf(nested(100_000))).toHaveLength(1);
  });

  it.each([
    ['parentheses', `filter { if ${'('.repeat(100_000)} { } }`],
    ['negations', `filter { if ${'!'.repeat(100_000)}[a] { } }`],
    ['arrays', `filter { mutate { replace => ${'['.repeat(100_000)} } }`],
    ['hashes', `filter { mutate { replace => ${'{ "a" => '.repeat(100_000)} } }`],
    ['comparisons', `filter { if [a] ${'or [a] '.repeat(100_000)} { } }`],
    ['braces', '{'.repeat(100_000)],
    ['quotes', `filter { mutate { replace => { "a" => ${'"'.repeat(100_001)} } } }`],
    ['quotes that have no end', `filter { ${`mutate { a => "x' } `.repeat(20_000)} }`],
    ['items', `filter { grok { match => { "message" => [${'"(?P<a>x)" '.repeat(150_000)}] } } }`],
    ['operations', `filter { mutate { replace => { ${'"a" => "%{b}" '.repeat(150_000)} } } }`],
    ['filters that are not closed', 'filter { '.repeat(100_000)],
    ['branches', `filter { if [a] { ${'} else if [b] { '.repeat(100_000)} } }`],
  ])('fault 46: of endless %s is read in a bounded time', (_, text) => {
    const before = process.threadCpuUsage();
    createLogParser({ text, logType: 'X' });
    lintProgram(parseProgram(text).program, text);
    const { user, system } = process.threadCpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(MOST_CPU_MS);
  });
});
