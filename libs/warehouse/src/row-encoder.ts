import type { Rejection } from '@logweave/model';
import { EventRowEncoder } from './event-row-encoder.ts';
import { RawRowEncoder } from './raw-row-encoder.ts';
import { ResultRowEncoder } from './result-row-encoder.ts';
import type { Stream } from './streams.ts';

/** A record of the event log, as far as rows are made of it. */
export interface SourceRecord {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly { readonly name: string; readonly value: Uint8Array }[];
  readonly offset: number;
  /** Milliseconds since the epoch. */
  readonly timestampMs: number;
}

/** Builds RowBinary rows of one table out of the records of one partition. The same record gives the same row always. */
export interface RowEncoder {
  readonly rows: number;
  /** Appends the record's row; or, when it can have none, appends nothing and says why. */
  add(record: SourceRecord): Rejection | null;
  /** The rows so far; the encoder begins anew. What was taken stays as it is. */
  take(): Buffer;
}

/** The encoder for the table that the records of a stream are inserted into. */
export function createRowEncoder(stream: Stream, topic: string, partition: number): RowEncoder {
  switch (stream) {
    case 'correlated':
      return new ResultRowEncoder(topic, partition);
    case 'raw':
      return new RawRowEncoder(topic, partition);
    case 'udm':
      return new EventRowEncoder(topic, partition);
    default:
      return stream satisfies never;
  }
}
