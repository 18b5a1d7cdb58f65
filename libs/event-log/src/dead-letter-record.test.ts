import { createHash } from 'node:crypto';
import { LIMITS, reject } from '@logweave/model';
import { describe, expect, it } from 'vitest';
import { deadLetterRecord } from './dead-letter-record.ts';
import type { ProducerRecord } from './port.ts';

const rejection = reject('bad_json', 'the line is not JSON (at byte 3)');
const base = { stage: 'socket-ingestor', rejection, key: null, arrivalMs: 1_700_000_000_000 };

function headersOf(record: ProducerRecord): Record<string, string> {
  return Object.fromEntries(record.headers.map(({ name, value }) => [name, Buffer.from(value).toString('utf8')]));
}

describe('deadLetterRecord', () => {
  it('carries the original bytes and says who refused them, why and where they stood', () => {
    const value = Buffer.from('{"a"');
    const record = deadLetterRecord({
      ...base,
      key: Buffer.from('192.0.2.1:1'),
      value,
      source: { topic: 'logweave.http', partition: 3, offset: 17 },
    });
    expect(record.value).toBe(value);
    expect(record.key).toEqual(Buffer.from('192.0.2.1:1'));
    expect(record.timestampMs).toBe(1_700_000_000_000);
    expect(headersOf(record)).toEqual({
      stage: 'socket-ingestor',
      reason: 'bad_json',
      message: 'the line is not JSON (at byte 3)',
      source_topic: 'logweave.http',
      source_partition: '3',
      source_offset: '17',
    });
  });

  it('keeps a value at the record limit whole', () => {
    const value = Buffer.alloc(LIMITS.mergedRecordBytes, 120);
    const record = deadLetterRecord({ ...base, value });
    expect(record.value).toHaveLength(LIMITS.mergedRecordBytes);
    expect(headersOf(record)).not.toHaveProperty('original_length');
  });

  it('keeps of a value one past the limit the first 4 KiB, the length and the hash', () => {
    const value = Buffer.alloc(LIMITS.mergedRecordBytes + 1, 120);
    const record = deadLetterRecord({ ...base, value });
    expect(record.value).toHaveLength(LIMITS.deadLetterPreviewBytes);
    expect(headersOf(record)).toMatchObject({
      original_length: String(LIMITS.mergedRecordBytes + 1),
      original_sha256: createHash('sha256').update(value).digest('hex'),
    });
  });

  it('takes length and hash from the caller when nobody has the whole line', () => {
    const record = deadLetterRecord({
      ...base,
      value: Buffer.alloc(5_000, 120),
      original: { lengthBytes: 100_000_000, sha256: 'ab'.repeat(32) },
    });
    expect(record.value).toHaveLength(LIMITS.deadLetterPreviewBytes);
    expect(headersOf(record)).toMatchObject({ original_length: '100000000', original_sha256: 'ab'.repeat(32) });
  });

  it('drops a key longer than 4 KiB and cuts a long message', () => {
    const record = deadLetterRecord({
      ...base,
      rejection: reject('bad_key', 'y'.repeat(2_000)),
      key: Buffer.alloc(LIMITS.deadLetterPreviewBytes + 1),
      value: null,
    });
    expect(record.key).toBeNull();
    expect(headersOf(record)['message']).toHaveLength(1_024);
  });
});
