import { describe, expect, it } from 'vitest';
import { createLogParser, type LogParserOptions } from './create-log-parser.ts';
import type { ParsedLog, RawLog } from './log-parser.ts';

const createTime = { seconds: 1_700_000_000, nanos: 5_000_000 };

const event = (statements = '', builder = 'event') => `
  mutate {
    replace => {
      "${builder}.idm.read_only_udm.metadata.event_type" => "GENERIC_EVENT"
      "${builder}.idm.read_only_udm.metadata.vendor_name" => "Example"
      "${builder}.idm.read_only_udm.metadata.product_name" => "Example"
    }
  }
  ${statements}
  mutate { merge => { "@output" => "${builder}" } }`;

function parse(statements: string, log: Partial<RawLog> = {}, options: Partial<LogParserOptions> = {}): ParsedLog {
  const { parser, diagnostics } = createLogParser({ text: `filter { ${statements} }`, logType: 'EXAMPLE', ...options });
  if (parser === null) throw new Error(JSON.stringify(diagnostics));
  return parser.parse({ text: '', createTime, ...log });
}

describe('the outcome of a log', () => {
  it('is an event with log type and time', () => {
    expect(parse(event())).toEqual({
      events: [
        {
          metadata: {
            eventType: 'GENERIC_EVENT',
            vendorName: 'Example',
            productName: 'Example',
            logType: 'EXAMPLE',
            eventTimestamp: '2023-11-14T22:13:20.005Z',
          },
        },
      ],
      entities: [],
      error: null,
      dropped: null,
      warnings: [],
      statedumps: [],
    });
  });

  it('is the tag of a drop, also when an event was put out before', () => {
    expect(parse(`${event()} drop { tag => "TAG_UNSUPPORTED" }`)).toMatchObject({
      events: [],
      dropped: 'TAG_UNSUPPORTED',
    });
    expect(parse('drop { }')).toMatchObject({ dropped: '' });
  });

  it('is an error in the words of the reference engine when a filter fails', () => {
    expect(parse(`${event()} mutate { replace => { "a" => "%{b}" } }`)).toMatchObject({
      events: [],
      error: {
        code: 'LOG_PARSING_CBN_ERROR',
        message:
          'generic::invalid_argument: pipeline.ParseLogEntry failed: LOG_PARSING_CBN_ERROR: "generic::invalid_argument: pipeline failed: filter mutate (2) failed: replace failure: field \\"a\\": source field \\"b\\": field not set"',
      },
    });
  });

  it('is an error when nothing was put out', () => {
    expect(parse('').error?.code).toBe('LOG_PARSING_NO_OUTPUT');
  });

  it('is an error when an event is invalid, whichever of several', () => {
    const invalid = 'mutate { replace => { "event.idm.read_only_udm.principal.nosuch" => "x" } }';
    const { events, error } = parse(`${event('', 'first')} ${event(invalid)}`);
    expect(events).toEqual([]);
    expect(error?.code).toBe('LOG_PARSING_GENERATED_INVALID_EVENT');
    expect(error?.message).toContain('event.idm.read_only_udm.principal.nosuch');
  });

  it('is an error when what was put out is no record', () => {
    const { error } = parse('mutate { replace => { "e.x" => "1" } } mutate { merge => { "@output" => "e" } }');
    expect(error?.message).toContain('neither idm.read_only_udm nor idm.entity');
  });

  it('is an error of its own when a limit is passed', () => {
    expect(parse(event(), {}, { limits: { statements: 1 } }).error?.code).toBe('LOG_PARSING_LIMIT_EXCEEDED');
  });

  it('shares nothing with the log before', () => {
    const { parser } = createLogParser({ text: `filter { if [message] == "a" { ${event()} } }`, logType: 'EXAMPLE' });
    const count = (text: string) => parser?.parse({ text, createTime }).events.length;
    expect([count('a'), count('b'), count('a')]).toEqual([1, 0, 1]);
  });
});

describe('the time of an event', () => {
  const time = (statements: string, log: Partial<RawLog> = {}) => {
    const [first] = parse(statements, log).events;
    return (first?.['metadata'] as Record<string, unknown> | undefined)?.['eventTimestamp'];
  };
  const date = 'date { match => ["message", "UNIX"] }';

  it('is what date reads, else that of the source, else that of the intake', () => {
    const timestamp = { seconds: 1_600_000_000, nanos: 0 };
    expect(time(`${date} ${event()}`, { text: '1500000000.25', timestamp })).toBe('2017-07-14T02:40:00.250Z');
    expect(time(event(), { timestamp })).toBe('2020-09-13T12:26:40Z');
    expect(time(event())).toBe('2023-11-14T22:13:20.005Z');
  });

  it('is not touched by a text of that name in the log', () => {
    expect(time(`json { source => "message" } ${event()}`, { text: '{"@timestamp":"2001-01-01T00:00:00Z"}' })).toBe(
      '2023-11-14T22:13:20.005Z',
    );
  });

  it('may be set for each event', () => {
    const own = 'date { match => ["message", "UNIX"] target => "event.timestamp" }';
    expect(time(event(own), { text: '1500000000' })).toBe('2017-07-14T02:40:00Z');
  });
});

describe('an extension', () => {
  const extension = (statements: string) => `filter { ${statements} }`;
  const hostname =
    'mutate { replace => { "e.idm.read_only_udm.principal.hostname" => "h" } } mutate { merge => { "@output" => "e" } }';

  it('goes over the event of the parser', () => {
    const { events } = parse(event(), {}, { extension: extension(hostname) });
    expect(events).toMatchObject([
      { metadata: { vendorName: 'Example' }, principal: { hostname: 'h', asset: { hostname: 'h' } } },
    ]);
  });

  it('changes nothing when it puts nothing out, or drops', () => {
    expect(parse(event(), {}, { extension: extension('') }).events).toEqual(parse(event()).events);
    expect(parse(event(), {}, { extension: extension('drop { }') }).events).toEqual(parse(event()).events);
  });

  it('does not run for logs of several events', () => {
    const several = `${event('', 'a')} ${event('', 'b')}`;
    expect(parse(several, {}, { extension: extension(hostname) }).events).toEqual(parse(several).events);
  });

  it('makes the log fail when it fails', () => {
    const { error } = parse(event(), {}, { extension: extension('mutate { replace => { "a" => "%{b}" } }') });
    expect(error?.message).toMatch(/^parser extension: .*filter mutate \(0\) failed/);
  });

  it('is refused with its own diagnostics', () => {
    const { parser, diagnostics, extensionDiagnostics } = createLogParser({
      text: `filter { ${event()} }`,
      extension: 'filter { nosuch { } }',
      logType: 'EXAMPLE',
    });
    expect(parser).toBeNull();
    expect(diagnostics).toEqual([]);
    expect(extensionDiagnostics.map(({ message }) => message)).toEqual(['unknown filter "nosuch"']);
  });
});

describe('a statedump', () => {
  it('shows the tokens in the order of their names', () => {
    const { statedumps } = parse(
      `mutate { replace => { "b.x" => "1" "a" => "2" } } statedump { label => "here" } ${event()}`,
    );
    expect(statedumps).toHaveLength(1);
    expect(statedumps[0]).toMatch(/^Internal State \(label=here\):\n\n\{/);
    expect(statedumps[0]?.indexOf('"a": "2"')).toBeLessThan(statedumps[0]?.indexOf('"b": {') ?? -1);
  });
});
