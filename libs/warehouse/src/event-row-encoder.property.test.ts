import { formatRfc3339, HEADERS } from '@logweave/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventRowEncoder } from './event-row-encoder.ts';
import type { SourceRecord } from './row-encoder.ts';
import { decodeRows, type RowValue, UDM_EVENTS } from './testing/index.ts';

const TOPIC = 'logweave.udm';

function recordOf(value: string | Uint8Array | null, headers: Readonly<Record<string, string>> = {}): SourceRecord {
  return {
    key: null,
    value: typeof value === 'string' ? Buffer.from(value) : value,
    headers: Object.entries(headers).map(([name, text]) => ({ name, value: Buffer.from(text) })),
    offset: 7,
    timestampMs: 1_704_110_400_123,
  };
}

/** The row of a record, its Strings as text. */
function rowOf(value: object | string, headers?: Readonly<Record<string, string>>): Record<string, unknown> {
  const encoder = new EventRowEncoder(TOPIC, 2);
  expect(encoder.add(recordOf(typeof value === 'string' ? value : JSON.stringify(value), headers))).toBeNull();
  const [row] = decodeRows(UDM_EVENTS.columns, encoder.take());
  return Object.fromEntries(Object.entries(row ?? {}).map(([name, each]) => [name, asText(each)]));
}

function asText(value: RowValue): unknown {
  if (Buffer.isBuffer(value)) return value.toString();
  return typeof value === 'bigint' ? value : value.map(asText);
}

const METADATA = { eventTimestamp: '2024-01-01T12:00:00.123456789Z', eventType: 'NETWORK_HTTP' };

test('an event has its fields in their columns', () => {
  const event = {
    metadata: {
      ...METADATA,
      id: 'AQ==',
      ingestedTimestamp: '2024-01-01T12:00:01Z',
      vendorName: 'Squid',
      productName: 'Webproxy',
      productEventType: 'TCP_HIT',
      productLogId: '77',
      logType: 'OTHER',
    },
    principal: {
      ip: ['2001:DB8:0:0::1', '192.0.2.7'],
      hostname: 'Client-1',
      user: { userid: 'ALICE', emailAddresses: ['Alice@Example.com'] },
      asset: { ip: ['192.0.2.7', '192.0.2.8'], hostname: 'client-1' },
      url: 'http://principal/',
    },
    target: {
      ip: ['not an address'],
      asset: { hostname: 'Server' },
      url: 'http://target/',
      domain: { name: 'Example.COM' },
    },
    src: { user: { emailAddresses: ['b@example.com'] }, file: { sha256: 'AB', sha1: 'CD', md5: 'EF' } },
    observer: {
      ip: '198.51.100.9',
      process: { file: { md5: '01' }, parentProcess: { file: { md5: '02' }, parentProcess: { file: { md5: '03' } } } },
    },
    intermediary: [{ ip: ['203.0.113.1'], hostname: 'proxy' }],
    about: [{ file: { sha256: 'ab' } }, { user: { userid: 'Carol' } }],
    securityResult: [
      { action: ['BLOCK', 'ALLOW'], severity: 'LOW' },
      { action: ['BLOCK'], severity: 'CRITICAL' },
      { severity: 'MEDIUM' },
    ],
    network: { http: { method: 'GET' } },
  };
  const headers = {
    [HEADERS.kind]: 'event',
    [HEADERS.logType]: 'SQUID_WEBPROXY',
    [HEADERS.namespace]: 'corp',
    [HEADERS.parserVersion]: '12',
    [HEADERS.sourceTopic]: 'logweave.raw',
    [HEADERS.sourcePartition]: '5',
    [HEADERS.sourceOffset]: '123456',
    [HEADERS.eventIndex]: '1',
    [HEADERS.eventCount]: '2',
  };
  expect(rowOf(event, headers)).toEqual({
    event_timestamp: 1_704_110_400_123_456_789n,
    ingested_timestamp: 1_704_110_401_000_000_000n,
    kind: 'event',
    event_type: 'NETWORK_HTTP',
    entity_type: '',
    log_type: 'SQUID_WEBPROXY',
    vendor_name: 'Squid',
    product_name: 'Webproxy',
    product_event_type: 'TCP_HIT',
    product_log_id: '77',
    metadata_id: 'AQ==',
    namespace: 'corp',
    principal_ip: ['2001:db8::1', '192.0.2.7'],
    principal_hostname: 'Client-1',
    principal_user: ['ALICE', 'Alice@Example.com'],
    target_ip: ['not an address'],
    target_hostname: 'Server',
    target_user: [],
    src_ip: [],
    src_hostname: '',
    src_user: ['b@example.com'],
    observer_ip: ['198.51.100.9'],
    observer_hostname: '',
    observer_user: [],
    url: 'http://target/',
    action: ['BLOCK', 'ALLOW'],
    severity: 'CRITICAL',
    ips: ['2001:db8::1', '192.0.2.7', '192.0.2.8', 'not an address', '198.51.100.9', '203.0.113.1'],
    hosts: ['client-1', 'server', 'example.com', 'proxy'],
    users: ['alice', 'alice@example.com', 'b@example.com', 'carol'],
    hashes: ['ab', 'cd', 'ef', '01', '02', '03'],
    event_json: JSON.stringify(event),
    parser_version: '12',
    source_topic: 'logweave.raw',
    source_partition: 5n,
    source_offset: 123_456n,
    event_index: 1n,
    event_count: 2n,
    _topic: TOPIC,
    _partition: 2n,
    _offset: 7n,
    _arrived_at: 1_704_110_400_123n,
  });
});

test('an entity has its type, its time, and what its noun is known by', () => {
  const entity = {
    metadata: {
      collectedTimestamp: '2024-10-12T10:00:00Z',
      entityType: 'ASSET',
      productEntityId: '2001',
      vendorName: 'V',
    },
    entity: { hostname: 'Host', ip: ['192.0.2.1'], user: { userid: 'u' }, url: 'http://e/' },
  };
  for (const headers of [{ [HEADERS.kind]: 'entity' }, {}]) {
    expect(rowOf(entity, headers)).toMatchObject({
      event_timestamp: 1_728_727_200_000_000_000n,
      kind: 'entity',
      event_type: '',
      entity_type: 'ASSET',
      product_log_id: '2001',
      ips: ['192.0.2.1'],
      hosts: ['host'],
      users: ['u'],
      url: 'http://e/',
      source_topic: '',
    });
  }
  const held = { metadata: { entityType: 'USER', interval: { startTime: '2024-01-01T00:00:00Z' } } };
  expect(rowOf(held)['event_timestamp']).toBe(1_704_067_200_000_000_000n);
});

test.each([
  ['{"metadata":', 'bad_json'],
  ['', 'bad_json'],
  [null, 'bad_json'],
  ['[1]', 'not_an_object'],
  ['null', 'not_an_object'],
  [Buffer.from([0x7b, 0xff, 0x7d]), 'bad_utf8'],
  ['{}', 'bad_timestamp'],
  ['{"metadata":{"eventTimestamp":1704110400}}', 'bad_timestamp'],
  ['{"metadata":{"eventTimestamp":"2024-02-30T00:00:00Z"}}', 'bad_timestamp'],
  ['{"metadata":{"entityType":"ASSET","eventTimestamp":"2024-01-01T12:00:00Z"}}', 'bad_timestamp'],
])('%j is refused as %s, and leaves nothing behind', (value, reason) => {
  const encoder = new EventRowEncoder(TOPIC, 0);
  const good = recordOf(JSON.stringify({ metadata: METADATA }));
  encoder.add(good);
  expect(encoder.add(recordOf(value))).toMatchObject({ kind: 'rejection', reason });
  encoder.add(good);
  expect(encoder.rows).toBe(2);
  expect(decodeRows(UDM_EVENTS.columns, encoder.take()).length).toBe(2);
});

test('times outside of 1970 to 2106 become the nearer bound, and the event keeps its own', () => {
  const time = (eventTimestamp: string): unknown => rowOf({ metadata: { eventTimestamp } })['event_timestamp'];
  expect(time('0001-01-01T00:00:00Z')).toBe(0n);
  expect(time('2106-02-07T06:28:15Z')).toBe(4_294_967_295_000_000_000n);
  expect(time('9999-12-31T23:59:59.999999999Z')).toBe(4_294_967_295_000_000_000n);
  fc.assert(
    fc.property(fc.nat(4_294_967_294_999), fc.nat(999_999), (ms, ns) => {
      expect(time(formatRfc3339(ms, ns))).toBe(BigInt(ms) * 1_000_000n + BigInt(ns));
    }),
  );
});

const FIELDS = [
  'metadata',
  'principal',
  'target',
  'entity',
  'about',
  'securityResult',
  'ip',
  'asset',
  'hostname',
  'user',
];
const MORE_FIELDS = [
  'userid',
  'emailAddresses',
  'file',
  'sha256',
  'process',
  'parentProcess',
  'action',
  'severity',
  'url',
  '__proto__',
];

test('whatever else an event holds, it has a row, whose JSON is its bytes', () => {
  const { tree } = fc.letrec((tie) => ({
    leaf: fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(null, true, 1e300, -0, 'NETWORK_HTTP', '\ud800', '\0'),
    ),
    object: fc.dictionary(fc.constantFrom(...FIELDS, ...MORE_FIELDS), tie('tree'), { maxKeys: 8 }),
    tree: fc.oneof({ maxDepth: 6 }, tie('leaf'), tie('object'), fc.array(tie('tree'), { maxLength: 5 })),
  }));
  const object = fc.dictionary(fc.constantFrom(...FIELDS, ...MORE_FIELDS), tree, { minKeys: 1 });
  fc.assert(
    fc.property(fc.array(object, { minLength: 1, maxLength: 10 }), (given) => {
      const values = given.map((each) => Buffer.from(JSON.stringify({ ...each, metadata: METADATA })));
      const encoder = new EventRowEncoder(TOPIC, 0);
      for (const value of values) {
        expect(
          encoder.add({ ...recordOf(value), headers: [{ name: HEADERS.kind, value: Buffer.from('event') }] }),
        ).toBeNull();
      }
      const rows = decodeRows(UDM_EVENTS.columns, encoder.take());
      expect(rows.map((row) => row['event_json'])).toEqual(values);
      for (const row of rows) {
        for (const column of ['ips', 'hosts', 'users', 'hashes', 'action']) {
          const terms = (row[column] as readonly Buffer[]).map((term) => term.toString('hex'));
          expect(new Set(terms).size, column).toBeGreaterThanOrEqual(terms.length - 1);
          expect(terms).not.toContain('');
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('headers that are no numbers count as missing', () => {
  const row = rowOf(
    { metadata: METADATA },
    { [HEADERS.sourceOffset]: '-1', [HEADERS.sourcePartition]: '99999999999999999' },
  );
  expect([row['source_offset'], row['source_partition']]).toEqual([0n, 0n]);
});

test('text of any length and kind is written as UTF-8', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 120 }), (hostname) => {
      expect(rowOf({ metadata: METADATA, principal: { hostname } })['principal_hostname']).toBe(hostname);
    }),
  );
});
