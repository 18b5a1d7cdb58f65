import { type CommitOutcome, type EventLog, EventLogError } from '@logweave/event-log';
import type { Change } from './changes.ts';
import { encodeParserRecord, type ParserRecord, parserRecordKey } from './parser-record.ts';
import { ParserRegistry, type PrebuiltParser } from './parser-registry.ts';

/** How long a read waits before it looks again; only a log that is slow to answer makes it wait at all. */
const READ_MS = 1000;
/** So often a change is tried anew when others change something at the same time. */
const ATTEMPTS = 5;

const PARTITION = 0;

export interface RegistryPlace {
  /** The name of topic `parsers`. */
  readonly topic: string;
  readonly prebuilt: readonly PrebuiltParser[];
}

export interface ReadRegistry {
  readonly registry: ParserRegistry;
  /** The position behind what was read. */
  readonly nextOffset: number;
  /** Records that were passed over, each with its reason. */
  readonly problems: readonly string[];
}

/** Reads the whole topic as it is now. @throws EventLogError */
export async function readRegistry(
  eventLog: Pick<EventLog, 'watermarks' | 'reader'>,
  { topic, prebuilt }: RegistryPlace,
): Promise<ReadRegistry> {
  const registry = new ParserRegistry(prebuilt);
  const problems: string[] = [];
  const [marks] = await eventLog.watermarks(topic);
  const { low = 0, stable = 0 } = marks ?? {};
  let nextOffset = low;
  if (low >= stable) return { registry, nextOffset, problems };
  const reader = await eventLog.reader({ topic, partition: PARTITION }, low);
  try {
    while (nextOffset < stable) {
      const batch = await reader.read({ timeoutMs: READ_MS });
      for (const { key, value } of batch.records) {
        const applied = registry.apply(key, value);
        if ('problem' in applied) problems.push(applied.problem);
      }
      nextOffset = batch.nextOffset;
    }
  } finally {
    await reader.close();
  }
  return { registry, nextOffset, problems };
}

export type ChangeOutcome =
  | { readonly kind: 'done'; readonly records: readonly ParserRecord[] }
  | { readonly kind: 'refused'; readonly problem: string };

/**
 * Makes a change that nobody can make at the same time: whoever changes something holds a lease (a transactional id of
 * the topic), reads the topic to its end, decides, and commits; a lease that was taken over meanwhile commits nothing.
 * @param decide looks at the registry as it stands; may be called again when somebody else was faster
 * @throws EventLogError, also when how it ended cannot be learnt: then look before trying again
 */
export async function changeRegistry(
  eventLog: Pick<EventLog, 'watermarks' | 'reader' | 'transactionalProducer'>,
  place: RegistryPlace,
  nowMs: number,
  decide: (registry: ParserRegistry) => Change,
): Promise<ChangeOutcome> {
  for (let attempt = 1; ; attempt++) {
    const producer = await eventLog.transactionalProducer(`${place.topic}.editor`);
    let outcome: CommitOutcome;
    let records: readonly ParserRecord[];
    try {
      const { registry } = await readRegistry(eventLog, place);
      const change = decide(registry);
      if (change.kind === 'refused') return change;
      ({ records } = change);
      outcome = await producer.commit({
        batches: [{ topic: place.topic, partition: PARTITION, records: records.map((each) => logRecord(each, nowMs)) }],
        group: `${place.topic}.editor`,
        offsets: [],
      });
    } finally {
      await producer.close();
    }
    switch (outcome.kind) {
      case 'committed':
        return { kind: 'done', records };
      case 'unknown':
        throw outcome.error;
      case 'aborted':
        if (attempt === ATTEMPTS) throw outcome.error;
        break;
      case 'fenced':
        if (attempt === ATTEMPTS) {
          throw new EventLogError('unavailable', 'others change parsers all the time', { retriable: true });
        }
        break;
      default:
        outcome satisfies never;
    }
  }
}

function logRecord(record: ParserRecord, timestampMs: number) {
  return { key: Buffer.from(parserRecordKey(record)), value: encodeParserRecord(record), headers: [], timestampMs };
}
