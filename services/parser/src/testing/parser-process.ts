import { writeSync } from 'node:fs';
import { type EventLog, partitionOf, type ProducerRecord } from '@logweave/event-log';
import { openEmbeddedLog } from '@logweave/event-log-embedded';
import { TOPICS } from '@logweave/model';
import { createLogger, Redactor, systemClock } from '@logweave/service-kit';
import { Registry } from 'prom-client';
import { Value } from 'typebox/value';
import { parserSectionSchema, resolveParserConfig } from '../config.ts';
import { createParser } from '../parser-service.ts';
import { fakeEngine, fakeParserText } from './fake-engine.ts';
import { loadLog } from './load.ts';

/*
 * `parser-process.ts FILE LOGS THREADS`: a parser on an embedded log and the load that it works under, in one process that can be
 * killed. Appends logs until the topic holds LOGS of them, and says `appended` and `committed` with numbers on stdout.
 */

const PARTITIONS = 4;
const BATCH = 50;

const [path = '', total = '0', threads = '0'] = process.argv.slice(2);
const section = Value.Default(parserSectionSchema, { threads: Number(threads) });
const config = resolveParserConfig(Value.Parse(parserSectionSchema, section));
const eventLog = await openEmbeddedLog({ path, clock: systemClock, onAlarm: () => undefined });
const [raw] = config.inputs;
if (raw === undefined) throw new Error('there is no input');
for (const { name, topic } of config.inputs) {
  await eventLog.ensureTopic({ ...TOPICS[name], name: topic, partitions: PARTITIONS });
}
await eventLog.ensureTopic({ ...TOPICS.udm, name: config.topics.udm, partitions: PARTITIONS });
await eventLog.ensureTopic({ ...TOPICS.parsers, name: config.topics.parsers });
await eventLog.ensureTopic({ ...TOPICS['dead-letter'], name: config.topics.deadLetter, partitions: 1 });

const text = fakeParserText({ name: 'prebuilt', failsOn: 'bad', crashesOn: 'boom' });
const parser = createParser(config, {
  eventLog,
  clock: systemClock,
  log: createLogger({ level: 'error', format: 'json', redactor: new Redactor() }),
  metrics: new Registry(),
  engine: fakeEngine,
  threadEngine: { engineModule: new URL('./fake-engine.ts', import.meta.url).href, engineName: 'fakeEngine' },
  prebuilt: [{ logType: 'TEST_LOG', version: '1', text }],
});
await parser.start();
void parser.failure.then((error) => {
  throw error;
});
void sayCommits(eventLog, raw);
await append(eventLog, raw.topic);

/** One batch holds the next numbers for all partitions: so that how many logs there are says which came last. */
async function append(log: EventLog, topic: string): Promise<void> {
  const producer = await log.producer();
  for (let count = await countOf(log, topic); count < Number(total); count += BATCH) {
    const batches: ProducerRecord[][] = Array.from({ length: PARTITIONS }, () => []);
    for (let number = count; number < count + BATCH; number++) {
      const record = loadLog(number, systemClock.wallMs());
      batches[partitionOf(record.key, PARTITIONS)]?.push(record);
    }
    await producer.append(batches.map((records, partition) => ({ topic, partition, records })));
    say(`appended ${count + BATCH}`);
    await systemClock.sleep(4);
  }
}

async function countOf(log: EventLog, topic: string): Promise<number> {
  return (await log.watermarks(topic)).reduce((sum, { high }) => sum + high, 0);
}

async function sayCommits(log: EventLog, input: { readonly topic: string; readonly group: string }): Promise<void> {
  const partitions = Array.from({ length: PARTITIONS }, (_, partition) => ({ topic: input.topic, partition }));
  for (;;) {
    const committed = await log.committed(input.group, partitions);
    say(`committed ${committed.reduce((sum, offset) => sum + (offset?.offset ?? 0), 0)}`);
    await systemClock.sleep(20);
  }
}

function say(line: string): void {
  writeSync(1, `${line}\n`);
}
