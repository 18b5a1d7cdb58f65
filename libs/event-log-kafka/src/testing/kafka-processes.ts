import type { EventLog } from '@logweave/event-log';
import { createLogger, Redactor, type Service, type ServiceDeps, systemClock } from '@logweave/service-kit';
import { DEFAULT_KAFKA_CONFIG, openKafkaLog } from '../index.ts';
import { type ApiName, KafkaProxy, type Loss } from './kafka-proxy.ts';

const SESSION_MS = 1_500;
const LOAD_STEP_MS = 20;

/** The request of a transaction that is the last one a killed process sends, and whether a broker has it. */
export const TRANSACTION_STEPS: readonly (readonly [ApiName, Loss])[] = [
  ['addPartitionsToTxn', 'request'],
  ['addOffsetsToTxn', 'request'],
  ['produce', 'answer'],
  ['txnOffsetCommit', 'answer'],
  ['endTxn', 'request'],
  ['endTxn', 'answer'],
];

/** A service as a process of its own sees Kafka: what its proxy loses is lost for it alone. */
export interface KafkaProcess<S extends Service> {
  readonly proxy: KafkaProxy;
  readonly service: S;
  /** The process is gone from one moment to the next: nobody takes leave. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** Processes of one service on a real broker that come and go. */
export class KafkaProcesses<S extends Service> {
  /** Log lines of all of them. */
  readonly logged: Record<string, unknown>[] = [];
  /** A connection past every failure. */
  readonly log: EventLog;
  readonly #brokers: readonly string[];
  readonly #create: (deps: Omit<ServiceDeps, 'metrics'>) => S;
  readonly #running = new Set<KafkaProcess<S>>();

  constructor(brokers: readonly string[], create: (deps: Omit<ServiceDeps, 'metrics'>) => S) {
    this.#brokers = brokers;
    this.#create = create;
    this.log = openWithShortSession(brokers);
  }

  async start(): Promise<KafkaProcess<S>> {
    const proxy = await KafkaProxy.start(this.#brokers);
    const eventLog = openWithShortSession(proxy.bootstrapServers);
    const log = createLogger({
      level: 'info',
      format: 'json',
      redactor: new Redactor(),
      output: { write: (line) => void this.logged.push(JSON.parse(line) as Record<string, unknown>) },
    });
    const service = this.#create({ eventLog, clock: systemClock, log });
    const started: KafkaProcess<S> = {
      proxy,
      service,
      kill: async () => {
        this.#running.delete(started);
        await proxy.close();
        await eventLog.close();
      },
      stop: async () => {
        this.#running.delete(started);
        await service.stop();
        await eventLog.close();
        await proxy.close();
      },
    };
    this.#running.add(started);
    await service.start();
    return started;
  }

  async close(): Promise<void> {
    for (const running of this.#running) await running.kill();
    await this.log.close();
  }
}

/** Sends a little all the time while something happens. */
export async function underLoad(sendSome: () => Promise<void>, happens: () => Promise<void>): Promise<void> {
  const load = { on: true };
  const sending = (async () => {
    while (load.on) {
      await sendSome();
      await systemClock.sleep(LOAD_STEP_MS);
    }
  })();
  try {
    await happens();
  } finally {
    load.on = false;
    await sending;
  }
}

function openWithShortSession(brokers: readonly string[]): EventLog {
  const group = { sessionTimeoutMs: SESSION_MS, rebalanceTimeoutMs: 5_000, heartbeatMs: 200 };
  return openKafkaLog(
    { ...DEFAULT_KAFKA_CONFIG, brokers, group },
    { clock: systemClock, log: () => {}, identityLost: () => {} },
  );
}
