import type { LogRecord } from '@logweave/event-log';
import type { Rejection } from '@logweave/model';
import type { RowEncoder } from '@logweave/warehouse';

/** A record that gets no row, and why. */
export interface RefusedRecord {
  readonly record: LogRecord;
  readonly rejection: Rejection;
}

/** The records of a range as they are inserted. The same records are the same bytes and the same refusals each time. */
export interface EncodedRange {
  readonly bytes: Buffer;
  readonly rows: number;
  readonly refused: readonly RefusedRecord[];
}

export function encodeRange(encoder: RowEncoder, records: readonly LogRecord[]): EncodedRange {
  const refused: RefusedRecord[] = [];
  for (const record of records) {
    const rejection = encoder.add(record);
    if (rejection !== null) refused.push({ record, rejection });
  }
  const { rows } = encoder;
  return { bytes: encoder.take(), rows, refused };
}
