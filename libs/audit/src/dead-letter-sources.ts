import type { LogRecord } from '@logweave/event-log';
import { HEADERS } from '@logweave/model';
import { type AuditedLog, readRange } from './read-range.ts';

/** A dead letter and the record that it is about. */
export interface DeadLetterSource {
  readonly letter: LogRecord;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** The dead letters of one partition of their topic that tell where their record stands. */
export async function* deadLetterSources(
  log: AuditedLog,
  topic: string,
  partition: number,
  progress: (records: number) => void,
): AsyncGenerator<DeadLetterSource, void> {
  const marks = (await log.watermarks(topic))[partition];
  if (marks === undefined) return;
  for await (const records of readRange(log, { topic, partition }, marks.low, marks.stable)) {
    for (const letter of records) {
      const text = (header: string): string | undefined => {
        const value = letter.headers.find(({ name }) => name === header)?.value;
        return value === undefined ? undefined : Buffer.from(value).toString();
      };
      const source = text(HEADERS.sourceTopic);
      if (source === undefined) continue;
      const [index, offset] = [Number(text(HEADERS.sourcePartition)), Number(text(HEADERS.sourceOffset))];
      yield { letter, topic: source, partition: index, offset };
    }
    progress(records.length);
  }
}
