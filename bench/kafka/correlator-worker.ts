/** One correlator in a process of its own, so that its CPU can be told apart. The order is the only argument, in JSON. */
import { type CorrelatorConfig, createCorrelator } from '@logweave/correlator';
import { createLogger, Redactor, systemClock } from '@logweave/service-kit';
import { Registry } from 'prom-client';
import { openBenchLog } from './arena.ts';
import type { Run } from './contender.ts';

export interface CorrelatorOrder {
  readonly run: Run;
  readonly rules: {
    readonly mode: CorrelatorConfig['mode'];
    readonly windowMs: number;
    readonly latenessMs: number;
    readonly sessionMs?: number;
  };
}

const { run, rules } = JSON.parse(process.argv[2] ?? '') as CorrelatorOrder;
const { input, output, group } = run;
const config: CorrelatorConfig = {
  topics: { ...input, ...output },
  group,
  transactionalIdPrefix: group,
  keyFields: ['src_ip', 'src_port'],
  mode: rules.mode,
  beforeNs: rules.windowMs * 1e6,
  afterNs: rules.windowMs * 1e6,
  networkTtlNs: 5e9,
  skewNs: 10e6,
  latenessNs: rules.latenessMs * 1e6,
  lateGraceNs: 60e9,
  reasonMemoryNs: 60e9,
  replaySpanNs: null,
  idleAfterMs: 1_000,
  maxFutureSkewMs: 300_000,
  time: { A: 'event_or_arrival', B: 'event_or_arrival' },
  // An outer join writes what found no partner on either side.
  orphanPolicy: { apacheAlwaysEmit: true, networkEmit: true },
  excludeSourceIps: [],
  includeDestPorts: [],
  limits: { maxHeldEvents: 500_000, maxHeldBytes: 268_435_456, maxPerKey: 10_000, overflow: 'pause' },
  onStop: 'keep',
};
const eventLog = openBenchLog(run.brokers, rules.sessionMs);
const log = createLogger({
  level: process.env['BENCH_VERBOSE'] === undefined ? 'warn' : 'info',
  format: 'json',
  redactor: new Redactor(),
});
const service = createCorrelator(config, { eventLog, clock: systemClock, log, metrics: new Registry() });

async function stop(): Promise<void> {
  await service.stop();
  await eventLog.close();
}

process.once('SIGTERM', () => void stop());
void service.failure.then((error) => {
  console.error(error);
  process.exit(1);
});
await service.start();
