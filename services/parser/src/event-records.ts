import { type ProducerRecord, type RecordHeader, recordBytes } from '@logweave/event-log';
import { HEADERS, LIMITS, type Rejection, reject } from '@logweave/model';
import type { UdmJson } from '@logweave/udm';
import { eventId, type IncomingLog } from './incoming-log.ts';
import type { ParseEngine } from './parse-engine.ts';

/** More events than this no single log describes; a parser that makes them runs away. */
const MAX_EVENTS = 10_000;

export interface ParsedEvents {
  readonly events: readonly UdmJson[];
  readonly entities: readonly UdmJson[];
}

/** The records for topic `udm` of one log: all of them, or why there are none. */
export function eventRecords(
  log: IncomingLog,
  { events, entities }: ParsedEvents,
  label: string,
  engine: Pick<ParseEngine, 'complete'>,
): readonly ProducerRecord[] | Rejection {
  const { record, position, origin, logType, namespace, labels, createTime } = log;
  const count = events.length + entities.length;
  if (count > MAX_EVENTS) return reject('parse_limit_exceeded', `${count} events; at most ${MAX_EVENTS} are allowed`);
  const common = [
    header(HEADERS.logType, logType),
    header(HEADERS.parserVersion, label),
    header(HEADERS.sourceTopic, position.topic),
    header(HEADERS.sourcePartition, String(position.partition)),
    header(HEADERS.sourceOffset, String(position.offset)),
    header(HEADERS.eventCount, String(count)),
    ...(namespace === null ? [] : [header(HEADERS.namespace, namespace)]),
  ];
  const records: ProducerRecord[] = [];
  for (let index = 0; index < count; index++) {
    const isEvent = index < events.length;
    const bare = (isEvent ? events[index] : entities[index - events.length]) as UdmJson;
    const kind = isEvent ? 'event' : 'entity';
    const context = { kind, logType, id: eventId(origin, index), namespace, labels, ingestTime: createTime } as const;
    const made: ProducerRecord = {
      key: record.key,
      value: Buffer.from(JSON.stringify(engine.complete(bare, context))),
      headers: [...common, header(HEADERS.kind, kind), header(HEADERS.eventIndex, String(index))],
      timestampMs: record.timestampMs,
    };
    const bytes = made.value?.length ?? 0;
    if (
      bytes > LIMITS.mergedRecordBytes ||
      recordBytes(made) > LIMITS.mergedRecordBytes + LIMITS.headerAllowanceBytes
    ) {
      return reject('record_too_large', `event ${index} has ${bytes} bytes; ${LIMITS.mergedRecordBytes} are allowed`);
    }
    records.push(made);
  }
  return records;
}

function header(name: string, text: string): RecordHeader {
  return { name, value: Buffer.from(text) };
}
