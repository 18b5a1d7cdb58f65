import { expect, test } from 'vitest';
import { Value } from 'typebox/value';
import { checkInputs, InputsSection, resolveSocketIngestorConfig } from './config.ts';

const context = {
  topics: { http: 't.http', network: 't.network', deadLetter: 't.dead-letter' },
  keyFields: ['src_ip', 'src_port'],
  time: { A: 'event_or_arrival', B: 'arrival' },
  maxFutureSkewMs: 300_000,
  raw: { topic: 't.raw', maxLogBytes: 1_048_576, identityDirectory: '/data', tailName: 't.tail' },
  spool: { enabled: false, directory: '/data/spool', name: 't.spool' },
} as const;

/** A section with its defaults filled in, as the loader of the configuration hands it over. */
function section(sockets: readonly object[]): InputsSection {
  return Value.Parse(InputsSection, Value.Default(InputsSection, { unix_sockets: sockets }));
}

test('the sockets of the first configurations work as they stand', () => {
  const config = resolveSocketIngestorConfig(
    section([
      { name: 'http_source', path: '/run/http.socket', format: 'json' },
      { name: 'network_source', path: '/run/network.socket', format: 'json' },
    ]),
    context,
  );
  expect(config.sockets).toEqual([
    {
      name: 'http_source',
      path: '/run/http.socket',
      type: 'stream',
      source: 'A',
      mode: 0o660,
      owner: null,
      group: null,
      maxConnections: 256,
      maxDatagramBytes: 65_536,
      maxQueuedBytes: 16_777_216,
    },
    expect.objectContaining({ name: 'network_source', source: 'B' }),
  ]);
  expect(config.rules.B).toEqual({
    side: 'B',
    keyFields: ['src_ip', 'src_port'],
    time: 'arrival',
    maxFutureSkewMs: 300_000,
  });
  expect(config.stopGraceMs).toBe(10_000);
});

test('the spool is used as the event log wants it, unless the section says otherwise', () => {
  const sockets = [{ name: 'http_source', path: '/run/a' }];
  const value = (spool: object): InputsSection =>
    Value.Parse(InputsSection, Value.Default(InputsSection, { unix_sockets: sockets, spool }));
  const kafka = { ...context, spool: { ...context.spool, enabled: true } };
  expect(resolveSocketIngestorConfig(value({}), context).spool).toBeNull();
  expect(resolveSocketIngestorConfig(value({ enabled: false }), kafka).spool).toBeNull();
  expect(resolveSocketIngestorConfig(value({}), kafka).spool).toEqual({
    directory: '/data/spool',
    maxBytes: 4_294_967_296,
    stallMs: 1_000,
    name: 't.spool',
  });
  const own = { enabled: true, directory: '/var/spool/logweave', max_bytes: 16_777_216, stall_ms: 50 };
  expect(resolveSocketIngestorConfig(value(own), context).spool).toMatchObject({
    directory: '/var/spool/logweave',
    maxBytes: 16_777_216,
    stallMs: 50,
  });
  expect(() => value({ max_bytes: 1 })).toThrow();
});

test('several producers of one source have sockets of their own, with mode, owner and group', () => {
  const config = resolveSocketIngestorConfig(
    section([
      { name: 'apache', path: '/run/a', source: 'A', mode: '0620', owner: 'logweave', group: 4 },
      { name: 'nginx', path: '/run/b', source: 'A', type: 'datagram', mode: '666' },
    ]),
    context,
  );
  expect(config.sockets[0]).toMatchObject({ source: 'A', mode: 0o620, owner: 'logweave', group: 4 });
  expect(config.sockets[1]).toMatchObject({ source: 'A', type: 'datagram', mode: 0o666 });
});

test('a socket whose source cannot be told is a problem at its place', () => {
  const sockets = section([
    { name: 'http_source', path: '/run/a' },
    { name: 'other', path: '/run/b' },
  ]);
  expect(checkInputs(sockets, 1_048_576)).toEqual([
    {
      path: ['unix_sockets', 1],
      message: 'cannot tell whether "other" brings HTTP or network logs: set source to A or B',
    },
  ]);
  expect(() => resolveSocketIngestorConfig(sockets, context)).toThrow('inputs.unix_sockets.1: cannot tell');
});

test('two sockets of the same name or path are a problem at the second', () => {
  const sockets = section([
    { name: 'x', path: '/run/a', source: 'A' },
    { name: 'x', path: '/run/a', source: 'B' },
  ]);
  expect(checkInputs(sockets, 1_048_576)).toEqual([
    { path: ['unix_sockets', 1, 'name'], message: 'same name as entry 1 of unix_sockets' },
    { path: ['unix_sockets', 1, 'path'], message: 'same path as entry 1 of unix_sockets' },
  ]);
});

test.each([
  ['a mode that is not octal', { mode: '0888' }],
  ['a mode as a number', { mode: 660 }],
  ['another format', { format: 'text' }],
  ['another type', { type: 'dgram' }],
  ['another source', { source: 'C' }],
  ['an unknown key', { colour: 'red' }],
  ['no connections', { max_connections: 0 }],
])('%s is refused by the schema', (_, change) => {
  const value = { unix_sockets: [{ name: 'http_source', path: '/run/a', ...change }] };
  expect(Value.Check(InputsSection, Value.Default(InputsSection, value))).toBe(false);
});

test('a section that nothing comes in by is a problem, one without sockets is not', () => {
  expect(checkInputs(section([]), 1_048_576)).toEqual([
    { path: ['unix_sockets'], message: 'nothing comes in: name at least one socket, or an input of raw' },
  ]);
  const raw = [{ name: 'squid', type: 'tcp', port: 5514, log_type: 'SQUID_WEBPROXY' }];
  expect(checkInputs(Value.Parse(InputsSection, Value.Default(InputsSection, { raw })), 1_048_576)).toEqual([]);
});
