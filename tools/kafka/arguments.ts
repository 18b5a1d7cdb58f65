import { parseArgs } from 'node:util';
import type { BrokerCount } from '@logweave/event-log-kafka/testing';

export type KafkaCommand =
  | {
      readonly kind: 'start';
      readonly brokers: BrokerCount;
      /** Of the first broker; the others follow, and the controller has the one before. */
      readonly port: number;
      /** Throws away what the brokers hold. */
      readonly fresh: boolean;
    }
  | { readonly kind: 'stop' }
  | { readonly kind: 'status' }
  /** Only fetches the jars, and says where they are. */
  | { readonly kind: 'jars' };

/** The command line is wrong; the message says how. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const USAGE = `npm run kafka -- start [--brokers 1|3] [--port 19092] [--fresh]
npm run kafka -- stop
npm run kafka -- status
npm run kafka -- jars`;

/** The command out of the arguments. Throws UsageError. */
export function parseCommand(args: readonly string[]): KafkaCommand {
  const { values, positionals } = parse(args);
  const [kind, ...rest] = positionals;
  if (rest.length > 0) throw new UsageError(`one command at a time: ${positionals.join(' ')}`);
  switch (kind) {
    case 'start':
      return {
        kind,
        brokers: brokerCount(values.brokers ?? '1'),
        port: portNumber(values.port ?? '19092'),
        fresh: values.fresh ?? false,
      };
    case 'stop':
    case 'status':
    case 'jars':
      if (Object.keys(values).length > 0) throw new UsageError(`${kind} takes no options`);
      return { kind };
    default:
      throw new UsageError(kind === undefined ? 'start, stop, status or jars?' : `no such command: ${kind}`);
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: { brokers: { type: 'string' }, port: { type: 'string' }, fresh: { type: 'boolean' } },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function brokerCount(text: string): BrokerCount {
  if (text === '1') return 1;
  if (text === '3') return 3;
  throw new UsageError(`--brokers is 1 or 3, not ${text}`);
}

function portNumber(text: string): number {
  const port = /^\d+$/.test(text) ? Number(text) : 0;
  // Room for the controller below and two more brokers above.
  if (port < 1025 || port > 65_533) throw new UsageError(`--port is a number from 1025 to 65533, not ${text}`);
  return port;
}
