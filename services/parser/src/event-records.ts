import { type ProducerRecord, type RecordHeader, recordBytes } from '@logweave/event-log';
import { HEADERS, LIMITS, type Rejection, reject } from '@logweave/model';
import type { IncomingLog } from './incoming-log.ts';
import type { MadeEvent } from './parse-log.ts';

/** The records for topic `udm` of one log: all of them, or why there are none. */
export function eventRecords(
  { record, position, logType, namespace }: IncomingLog,
  events: readonly MadeEvent[],
  label: string,
): readonly ProducerRecord[] | Rejection {
  const common = [
    header(HEADERS.logType, logType),
    header(HEADERS.parserVersion, label),
    header(HEADERS.sourceTopic, position.topic),
    header(HEADERS.sourcePartition, String(position.partition)),
    header(HEADERS.sourceOffset, String(position.offset)),
    header(HEADERS.eventCount, String(events.length)),
    ...(namespace === null ? [] : [header(HEADERS.namespace, namespace)]),
  ];
  const records: ProducerRecord[] = [];
  for (const [index, { kind, value }] of events.entries()) {
    const made: ProducerRecord = {
      key: record.key,
      value,
      headers: [...common, header(HEADERS.kind, kind), header(HEADERS.eventIndex, String(index))],
      timestampMs: record.timestampMs,
    };
    const { mergedRecordBytes, headerAllowanceBytes } = LIMITS;
    if (value.length > mergedRecordBytes || recordBytes(made) > mergedRecordBytes + headerAllowanceBytes) {
      const message = `event ${index} has ${value.length} bytes; ${mergedRecordBytes} are allowed`;
      return reject('record_too_large', message);
    }
    records.push(made);
  }
  return records;
}

function header(name: string, text: string): RecordHeader {
  return { name, value: Buffer.from(text) };
}
