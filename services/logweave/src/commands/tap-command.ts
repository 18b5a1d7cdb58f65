import { TOPIC_NAMES, topicName } from '@logweave/model';
import { createLogger, Redactor } from '@logweave/service-kit';
import { Argument, Command } from 'commander';
import { loadConfiguration } from '../compose/load-configuration.ts';
import { openReadableLog } from '../compose/open-readable-log.ts';
import { followTopic } from '../tap/follow-topic.ts';
import { formatRecord } from '../tap/format-record.ts';
import { type FieldFilter, fits, parseFilter } from '../tap/record-filter.ts';
import { configOption } from './options.ts';

interface TapOptions {
  readonly config: string;
  readonly filter: readonly FieldFilter[];
  readonly once?: true;
  readonly fromBeginning?: true;
  readonly deadLetters?: true;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  logweave tap                                     joined records as they leave
  logweave tap --filter src_ip=192.0.2.7 --once    wait for one record of this client
  logweave tap --filter correlated=false           orphans
  logweave tap --dead-letters --from-beginning     what could not be processed, with the reason in its headers
  logweave tap http --json                         HTTP logs as they came, with key, offset and time of arrival`;

/** `logweave tap`: the records of a topic, read beside the process that writes them. */
export function tapCommand(): Command {
  return new Command('tap')
    .description('Shows the records of a topic as they come, one a line. Disturbs nobody: it only reads.')
    .addArgument(new Argument('[topic]', 'which topic').choices([...TOPIC_NAMES]).default('correlated'))
    .addOption(configOption())
    .option(
      '--filter <field=value>',
      'only JSON records with this value at the top level; may be given again',
      (text: string, others: readonly FieldFilter[]) => [...others, parseFilter(text)],
      [],
    )
    .option('--once', 'end after the first record that fits')
    .option('--from-beginning', 'what the topic holds already as well')
    .option('--dead-letters', 'the topic dead-letter, with headers')
    .option('--json', 'each record with topic, partition, offset, time, key and headers')
    .addHelpText('after', EXAMPLES)
    .action((topic: (typeof TOPIC_NAMES)[number], options: TapOptions) => tapAction(topic, options));
}

async function tapAction(topic: (typeof TOPIC_NAMES)[number], options: TapOptions): Promise<void> {
  const { config, secrets } = loadConfiguration(options.config);
  const name = topicName(options.deadLetters ? 'dead-letter' : topic, config.topics.prefix);
  const envelope = options.json === true || name.endsWith('.dead-letter');
  const terminal = process.stdout.isTTY;
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  process.once('SIGTERM', () => interrupt.abort());
  const redactor = new Redactor();
  redactor.add(secrets);
  const log = createLogger({ level: 'warn', format: 'auto', redactor });
  const eventLog = await openReadableLog(config, log);
  try {
    await followTopic(eventLog, {
      topic: name,
      fromBeginning: options.fromBeginning === true,
      signal: interrupt.signal,
      onRecord: (partition, record) => {
        if (!fits(record, options.filter)) return true;
        process.stdout.write(formatRecord(partition, record, { envelope, terminal }));
        return options.once !== true;
      },
      onGap: ({ partition }, from, to) => {
        process.stderr.write(`logweave tap: records ${from} to ${to - 1} of partition ${partition} are gone\n`);
      },
    });
  } finally {
    await eventLog.close();
  }
}
