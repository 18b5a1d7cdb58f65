import type { LogRecord } from '@logweave/event-log';
import { HEADERS } from '@logweave/model';
import { describe, expect, it } from 'vitest';
import { readIncomingLog } from './incoming-log.ts';

const PARTITION = { topic: 'raw', partition: 3 };

function read(headers: Readonly<Record<string, string>>, timestampMs = 1_704_110_400_125) {
  const record: LogRecord = {
    key: null,
    value: Buffer.from('x'),
    headers: Object.entries(headers).map(([name, value]) => ({ name, value: Buffer.from(value) })),
    timestampMs,
    offset: 9,
  };
  return readIncomingLog(record, PARTITION, null);
}

describe('a raw log', () => {
  it('says its type, when it came and was collected, its namespace and labels', () => {
    const log = read({
      [HEADERS.logType]: 'SQUID',
      [HEADERS.namespace]: 'plänt',
      [HEADERS.labels]: '{"site":"a","number":1}',
      [HEADERS.collectionTime]: '2024-01-01T12:00:00.123456789+02:00',
    });
    expect(log).toMatchObject({
      logType: 'SQUID',
      namespace: 'plänt',
      labels: new Map([['site', 'a']]),
      createTime: { seconds: 1_704_110_400, nanos: 125_000_000 },
      collectionTime: { seconds: 1_704_103_200, nanos: 123_456_789 },
      origin: { topic: 'raw', partition: 3, offset: 9 },
    });
  });

  it('without a type is none', () => {
    for (const headers of [{}, { [HEADERS.logType]: '' }, { [HEADERS.logType]: 'X'.repeat(129) }]) {
      expect(read(headers)).toMatchObject({ reason: 'missing_log_type' });
    }
  });

  it.each(['', 'yesterday', '2024-13-01T00:00:00Z', '2024-01-01T00:00:00', '2024-01-01T00:00:00.1234567891Z'])(
    'has no time of collection when that is %j',
    (text) => {
      expect(read({ [HEADERS.logType]: 'SQUID', [HEADERS.collectionTime]: text })).toMatchObject({
        collectionTime: null,
      });
    },
  );

  it('has no labels when they are no JSON object', () => {
    for (const text of ['', '[]', 'null', '{', '"a"']) {
      expect(read({ [HEADERS.logType]: 'SQUID', [HEADERS.labels]: text })).toMatchObject({ labels: new Map() });
    }
  });

  it('from before 1970 has a time, too', () => {
    expect(read({ [HEADERS.logType]: 'SQUID' }, -1_500)).toMatchObject({
      createTime: { seconds: -2, nanos: 500_000_000 },
    });
  });
});
