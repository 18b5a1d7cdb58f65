/** Reads the inputs and writes the same to the result topic. The order is the only argument, in JSON. */
import { copyByAdapter } from './adapter-copy.ts';
import type { Run } from './contender.ts';
import { copyByKafkajs } from './kafkajs-copy.ts';

/** Whose consumer and producer, and whether each fetch is one transaction with its offsets. */
export type CopyKind = 'kafkajs' | 'kafkajs transactions' | 'adapter' | 'adapter transactions';

export interface CopyOrder {
  readonly run: Run;
  readonly kind: CopyKind;
}

const { run, kind } = JSON.parse(process.argv[2] ?? '') as CopyOrder;
const transactions = kind.endsWith('transactions');
const copy = kind.startsWith('kafkajs') ? copyByKafkajs : copyByAdapter;
const end = await copy(run, transactions);
process.once('SIGTERM', () => void end().then(() => process.exit()));
