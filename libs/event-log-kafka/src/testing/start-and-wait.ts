/** Starts a Kafka of one broker, says where it is, and waits to be killed. */
import { BrokerProcess } from './broker-process.ts';
import type { BrokerFiles } from './running-broker.ts';
import { startTestKafka } from './test-kafka.ts';

/** The line that it writes: null for a container, since those are ended by testcontainers. */
export type StartedKafka = { readonly pid: number; readonly files: BrokerFiles } | null;

const kafka = await startTestKafka();
if ('unavailable' in kafka) throw new Error(kafka.unavailable);
const [broker] = kafka.brokers;
const started = broker instanceof BrokerProcess ? { pid: broker.pid ?? 0, files: broker.files } : null;
process.stdout.write(`${JSON.stringify(started satisfies StartedKafka)}\n`);
process.stdin.once('end', () => void kafka.close()).resume();
