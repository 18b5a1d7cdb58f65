import { type EventLog, EventLogError, type ReadableEventLog, type TopicSpec } from '@logweave/event-log';
import { replayBound } from '@logweave/correlation';
import { correlationRules, resolveCorrelatorConfig } from '@logweave/correlator';
import { topicName } from '@logweave/model';
import { createLogger, Redactor } from '@logweave/service-kit';
import { Command } from 'commander';
import { CommandError } from '../command-error.ts';
import { configOption } from '../commands/options.ts';
import type { Config } from '../compose/config-schema.ts';
import { loadConfiguration } from '../compose/load-configuration.ts';
import { openReadableLog } from '../compose/open-readable-log.ts';
import { ensureTopics, topicSpecs } from '../compose/topics.ts';
import { findTopics, type FindingRules, type TopicFacts, type TopicFinding } from './topic-findings.ts';

interface TopicsOptions {
  readonly config: string;
  readonly create?: true;
  readonly json?: true;
}

const READERS = {
  http: ['correlator'],
  network: ['correlator'],
  correlated: ['file-writer', 'clickhouse-writer', 'parser-correlated'],
  raw: ['parser-raw', 'clickhouse-writer-raw'],
  udm: ['clickhouse-writer-udm'],
} as const;

/** `logweave topics`: whether the topics are as the configuration wants them; creates them on Kafka. */
export function topicsCommand(): Command {
  return new Command('topics')
    .description('Checks the topics of the event log, and says with which command what is wrong can be mended.')
    .addOption(configOption())
    .option('--create', 'create what is missing first (on Kafka; the embedded log makes its topics itself)')
    .option('--json', 'one JSON object for machines')
    .addHelpText('after', '\nExamples:\n  logweave topics -c logweave.yml\n  logweave topics --create')
    .action((options: TopicsOptions) => topicsAction(options));
}

async function topicsAction({ config: file, create, json }: TopicsOptions): Promise<void> {
  const { config, secrets } = loadConfiguration(file);
  const redactor = new Redactor();
  redactor.add(secrets);
  const eventLog = await openReadableLog(config, createLogger({ level: 'warn', format: 'auto', redactor }));
  try {
    if (create) await createTopics(eventLog, config);
    const findings = findTopics(await factsOf(eventLog, config), rulesOf(config));
    process.stdout.write(json ? `${JSON.stringify({ topics: findings }, null, 2)}\n` : textOf(findings));
    process.exitCode = findings.some(({ severity }) => severity === 'error') ? 1 : 0;
  } finally {
    await eventLog.close();
  }
}

async function createTopics(eventLog: ReadableEventLog, { topics }: Config): Promise<void> {
  if (!isWritable(eventLog)) {
    throw new CommandError('the embedded event log makes its topics itself, with the first `logweave up`', 2);
  }
  try {
    await ensureTopics(eventLog, topics);
  } catch (error) {
    // What differs is told below, with what mends it.
    if (!(error instanceof EventLogError) || error.code !== 'topic_mismatch') throw error;
  }
}

function isWritable(eventLog: ReadableEventLog): eventLog is EventLog {
  return 'ensureTopic' in eventLog;
}

async function factsOf(eventLog: ReadableEventLog, { topics }: Config): Promise<readonly TopicFacts[]> {
  const existing = new Map((await eventLog.topics()).map((spec) => [spec.name, spec]));
  const facts: TopicFacts[] = [];
  for (const wanted of topicSpecs(topics)) {
    const found = existing.get(wanted.name) ?? null;
    if (found === null) {
      facts.push({ wanted, existing: null, watermarks: [], committed: [] });
      continue;
    }
    const watermarks = await eventLog.watermarks(wanted.name);
    facts.push({ wanted, existing: found, watermarks, committed: await committedOf(eventLog, found, topics.prefix) });
  }
  return facts;
}

async function committedOf(
  eventLog: ReadableEventLog,
  { name, partitions }: TopicSpec,
  prefix: string,
): Promise<TopicFacts['committed']> {
  const readers = Object.entries(READERS).find(([topic]) => name === `${prefix}.${topic}`)?.[1] ?? [];
  const all = Array.from({ length: partitions }, (_, partition) => ({ topic: name, partition }));
  const committed: { readonly group: string; readonly offsets: readonly (number | null)[] }[] = [];
  for (const reader of readers) {
    const group = `${prefix}.${reader}`;
    const offsets = await eventLog.committed(group, all);
    committed.push({ group, offsets: offsets.map((offset) => offset?.offset ?? null) });
  }
  return committed;
}

function rulesOf({ event_log: eventLog, correlation, topics: { prefix } }: Config): FindingRules {
  const rules = correlationRules(resolveCorrelatorConfig(correlation, prefix));
  return {
    bootstrapServer: eventLog.kind === 'kafka' ? (eventLog.kafka.brokers[0] ?? null) : null,
    restoreMs: replayBound(rules).spanNs / 1e6,
    restoredFrom: [topicName('http', prefix), topicName('network', prefix)],
  };
}

function textOf(findings: readonly TopicFinding[]): string {
  const width = Math.max(...findings.map(({ topic }) => topic.length));
  const lines = findings.flatMap(({ topic, severity, problems, mend }) => {
    if (severity === 'fine') return [`${topic.padEnd(width)}  fine`];
    return [
      ...problems.map((problem) => `${topic.padEnd(width)}  ${severity}: ${problem}`),
      ...mend.map((command) => `${' '.repeat(width)}    ${command}`),
    ];
  });
  return `${lines.join('\n')}\n`;
}
