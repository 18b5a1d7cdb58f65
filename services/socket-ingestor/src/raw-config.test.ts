import { LIMITS } from '@logweave/model';
import { Value } from 'typebox/value';
import { expect, test } from 'vitest';
import { checkRawInput, resolveRawInput } from './raw-config.ts';
import { RawInputSection } from './raw-section.ts';

const RAW_LOG_BYTES = 1_048_576;
const tcp = { name: 'squid', type: 'tcp', port: 5514, log_type: 'SQUID_WEBPROXY' };

function section(input: object): RawInputSection {
  return Value.Parse(RawInputSection, Value.Default(RawInputSection, input));
}

/** Each problem as `place: message`. */
function problems(change: object): string[] {
  const found = checkRawInput(section({ ...tcp, ...change }), RAW_LOG_BYTES);
  return [...found].map(({ path, message }) => `${path.join('.')}: ${message}`);
}

test('an input has what its type needs, with the rest by default', () => {
  expect(resolveRawInput(section(tcp), RAW_LOG_BYTES)).toEqual({
    name: 'squid',
    type: 'tcp',
    logType: 'SQUID_WEBPROXY',
    namespace: null,
    labels: {},
    maxLogBytes: RAW_LOG_BYTES,
    address: '127.0.0.1',
    port: 5514,
    framing: 'auto',
    maxConnections: 256,
    idleTimeoutMs: 600_000,
    tls: null,
  });
  expect(resolveRawInput(section({ ...tcp, type: 'file', port: null, path: '/x' }), RAW_LOG_BYTES)).toMatchObject({
    type: 'file',
    path: '/x',
    startAt: 'beginning',
    pollMs: 250,
  });
  const tls = { certificate: '/c.pem', key: '/k.pem', min_version: 'TLSv1.3' };
  expect(resolveRawInput(section({ ...tcp, type: 'tls', idle_timeout_s: null, tls }), RAW_LOG_BYTES)).toMatchObject({
    type: 'tcp',
    idleTimeoutMs: null,
    tls: { certificate: '/c.pem', key: '/k.pem', clientAuthority: null, minVersion: 'TLSv1.3' },
  });
});

test('an input without what its type needs, or with what it does not have, is a problem at that place', () => {
  expect(problems({})).toEqual([]);
  expect(problems({ port: null, path: '/x' })).toEqual([
    'port: an input of type tcp needs a port',
    'path: an input of type tcp has no path',
  ]);
  expect(problems({ type: 'file' })).toEqual([
    'path: an input of type file needs a path',
    'port: an input of type file has no port',
  ]);
  expect(problems({ address: 'localhost' })).toEqual(['address: "localhost" is no IP address']);
  expect(problems({ type: 'tls' })).toEqual([
    'tls.certificate: an input of type tls needs a certificate',
    'tls.key: an input of type tls needs the key of its certificate',
  ]);
  expect(problems({ tls: { client_authority: '/ca.pem' } })).toEqual([
    'tls: an input of type tcp has no TLS: type tls has it',
  ]);
});

test('an input takes no longer logs than its topic', () => {
  expect(problems({ max_log_bytes: RAW_LOG_BYTES })).toEqual([]);
  expect(problems({ max_log_bytes: RAW_LOG_BYTES + 1 })).toEqual([
    'max_log_bytes: is above topics.raw_log_bytes, which is 1048576',
  ]);
});

test('fault 61: labels at the limit pass, and one of them or one byte more does not', () => {
  const labels = (count: number): object[] => Array.from({ length: count }, (_, i) => ({ key: `k${i}`, value: '' }));
  expect(problems({ labels: labels(LIMITS.labels) })).toEqual([]);
  expect(() => problems({ labels: labels(LIMITS.labels + 1) })).toThrow();
  const filled = (bytes: number): object[] => {
    const values = Array.from({ length: 5 }, (_, i) => ({ key: `${i}`, value: 'x'.repeat(3_000) }));
    const missing = bytes - JSON.stringify(Object.fromEntries(values.map(({ key, value }) => [key, value]))).length;
    return [...values, { key: 'y', value: 'z'.repeat(missing - ',"y":""'.length) }];
  };
  expect(problems({ labels: filled(LIMITS.labelsBytes) })).toEqual([]);
  expect(problems({ labels: filled(LIMITS.labelsBytes + 1) })).toEqual([
    'labels: are 16385 bytes of JSON, and 16384 may be',
  ]);
  expect(problems({ namespace: 'ü'.repeat(128) })).toEqual([]);
  expect(problems({ namespace: `${'ü'.repeat(128)}x` })).toEqual(['namespace: is over 256 bytes long']);
});

test('fault 42: a label may have any name, but only once', () => {
  const labels = [
    { key: '__proto__', value: 'a' },
    { key: 'x', value: 'b' },
    { key: '__proto__', value: 'c' },
  ];
  expect(problems({ labels })).toEqual(['labels.2.key: same key as entry 1 of the list']);
  const resolved = resolveRawInput(section({ ...tcp, labels: labels.slice(0, 2) }), RAW_LOG_BYTES);
  expect(JSON.stringify(resolved.labels)).toBe('{"__proto__":"a","x":"b"}');
});

test.each([
  ['a name with a space', { name: 'a b' }],
  ['a name of 65 letters', { name: 'a'.repeat(65) }],
  ['another type', { type: 'sctp' }],
  ['a log type in small letters', { log_type: 'squid' }],
  ['a log type of 129 letters', { log_type: 'A'.repeat(129) }],
  ['port 0', { port: 0 }],
  ['port 65536', { port: 65_536 }],
  ['an old version of TLS', { tls: { min_version: 'TLSv1.1' } }],
  ['logs over 4 MiB', { max_log_bytes: LIMITS.rawLogBytesMax + 1 }],
  ['no connections', { max_connections: 0 }],
  ['an unknown key', { colour: 'red' }],
])('%s is refused by the schema', (_, change) => {
  expect(Value.Check(RawInputSection, Value.Default(RawInputSection, { ...tcp, ...change }))).toBe(false);
});
