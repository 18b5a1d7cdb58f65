import { isUtf8 } from 'node:buffer';
import type { LogRecord, TopicPartition } from '@logweave/event-log';

export interface RecordFormat {
  /** Everything of the record, not only its value. */
  readonly envelope: boolean;
  /** The line is for a terminal, which must not obey what stands in a log. */
  readonly terminal: boolean;
}

/** One line. Without an envelope the value as it stands, if it is text of one line. */
export function formatRecord({ topic, partition }: TopicPartition, record: LogRecord, format: RecordFormat): string {
  const value = record.value === null ? null : Buffer.from(record.value);
  const text = value !== null && isUtf8(value) ? value.toString('utf8') : null;
  let line: string;
  if (!format.envelope && text !== null && !/[\r\n]/.test(text)) {
    line = text;
  } else {
    const headers = Object.fromEntries(record.headers.map((header) => [header.name, readable(header.value)]));
    line = JSON.stringify({
      topic,
      partition,
      offset: record.offset,
      timestamp: new Date(record.timestampMs).toISOString(),
      key: record.key === null ? null : readable(record.key),
      headers,
      ...(value === null || text !== null ? { value: text } : { value_base64: value.toString('base64') }),
    });
  }
  return `${format.terminal ? harmless(line) : line}\n`;
}

function readable(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes);
  return isUtf8(buffer) ? buffer.toString('utf8') : `base64:${buffer.toString('base64')}`;
}

/** Control characters and marks that turn the direction of text, as JSON escapes. */
function harmless(line: string): string {
  return line.replace(
    // oxlint-disable-next-line no-control-regex
    /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
