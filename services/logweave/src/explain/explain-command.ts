import { type Explanation, explainKey } from '@logweave/audit';
import { createLogger, Redactor, systemClock } from '@logweave/service-kit';
import { Command } from 'commander';
import { auditPlan } from '../audit/audit-plan.ts';
import { auditProgress } from '../audit/audit-progress.ts';
import { timeMs } from '../audit/range-start.ts';
import { configOption } from '../commands/options.ts';
import { loadConfiguration } from '../compose/load-configuration.ts';
import { openReadableLog } from '../compose/open-readable-log.ts';
import { explainText } from './explain-text.ts';
import { readKey } from './read-key.ts';

interface ExplainFlags {
  readonly config: string;
  readonly key: string;
  readonly at?: string;
  readonly json?: true;
}

/** Around `--at` so much is read: a connection and what may have been late for it. */
const AROUND_MS = 10 * 60_000;

const EXAMPLES = `
Examples:
  logweave explain --key 192.0.2.7:50123                             all that the topics hold of this connection
  logweave explain --key '[2001:db8::1]:443' --at 2026-11-25T08:00Z  ten minutes before and after
  logweave explain --key 192.0.2.7:50123 --at 15m --json             a quarter of an hour ago, for machines`;

/** `logweave explain`: why two events did or did not join. */
export function explainCommand(): Command {
  return new Command('explain')
    .description(
      'Says why the events of a key did or did not join: who took whom and when that was decided, by the topics and by ' +
        'the engine when they are played to it again, and what to change so that they do. Reads only.',
    )
    .addOption(configOption())
    .requiredOption('--key <key>', 'the correlation key: src_ip:src_port')
    .option('--at <time>', 'when: a time, or a span before now (15m); without it, all that the topics hold')
    .option('--json', 'one JSON object for machines')
    .addHelpText('after', EXAMPLES)
    .action(explainAction);
}

async function explainAction(flags: ExplainFlags): Promise<void> {
  const key = readKey(flags.key);
  const atMs = flags.at === undefined ? null : timeMs('--at', flags.at, systemClock.wallMs());
  const { config, secrets } = loadConfiguration(flags.config);
  const plan = auditPlan(config, { http: new Map(), network: new Map(), sinceMs: null });
  const redactor = new Redactor();
  redactor.add(secrets);
  const eventLog = await openReadableLog(config, createLogger({ level: 'warn', format: config.log.format, redactor }));
  const progress = auditProgress(process.stderr, systemClock);
  let explanation: Explanation;
  try {
    const idleAfterMs = config.correlation.idle_after_ms;
    explanation = await explainKey(eventLog, plan, {
      key,
      atMs,
      aroundMs: AROUND_MS,
      idleAfterMs,
      progress: progress.show,
    });
  } finally {
    progress.clear();
    await eventLog.close();
  }
  process.stdout.write(flags.json ? `${JSON.stringify(explanation)}\n` : explainText(explanation, plan));
}
