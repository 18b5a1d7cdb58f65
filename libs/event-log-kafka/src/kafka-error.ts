import { EventLogError, isRefusal } from '@logweave/event-log';

/** What an error of a broker or of the way to it is about. */
export interface Diagnosis {
  /** The protocol's name of the error; null when it is none of the protocol. */
  readonly type: string | null;
  readonly kind: /** Whether the request was carried out is not known. */
    | 'connection'
    /** Not carried out; the same request may succeed soon. */
    | 'transient'
    /** Not carried out; whom to ask has changed. */
    | 'moved'
    /** A later producer has taken over, or the coordinator has ended the transaction. */
    | 'fenced'
    | 'fatal';
}

const MOVED = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
  'REPLICA_NOT_AVAILABLE',
  'BROKER_NOT_AVAILABLE',
  'KAFKA_STORAGE_ERROR',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
  'NOT_CONTROLLER',
]);
const TRANSIENT = new Set([
  'GROUP_LOAD_IN_PROGRESS',
  'CONCURRENT_TRANSACTIONS',
  'NOT_ENOUGH_REPLICAS',
  'UNSTABLE_OFFSET_COMMIT',
  'OFFSET_NOT_AVAILABLE',
]);
/** Said about a record that was written, or about one of which that is not known: the same sequence number settles it. */
const UNCERTAIN = new Set(['REQUEST_TIMED_OUT', 'NOT_ENOUGH_REPLICAS_AFTER_APPEND', 'NETWORK_EXCEPTION']);
const FENCED = new Set(['INVALID_PRODUCER_EPOCH', 'INVALID_TXN_STATE', 'INVALID_PRODUCER_ID_MAPPING']);
const UNAUTHORIZED = /^(?:TOPIC|GROUP|TRANSACTIONAL_ID|CLUSTER)_AUTHORIZATION_FAILED$/;
const CONNECTION = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSLockTimeout',
  'KafkaJSTimeout',
]);

/** A broker does not take us for who we say we are. */
export class AuthenticationError extends EventLogError {
  constructor(message: string, options: { readonly retriable: boolean; readonly cause: unknown }) {
    super('refused', message, options);
  }
}

interface Described {
  readonly name?: unknown;
  readonly type?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
  readonly originalError?: unknown;
}

export function diagnose(error: unknown): Diagnosis {
  if (error instanceof AuthenticationError) return { type: 'SASL_AUTHENTICATION_FAILED', kind: 'fatal' };
  let connection = false;
  for (let at = error as Described | undefined; at !== undefined && at !== null; ) {
    if (typeof at.type === 'string') {
      const { type } = at;
      if (MOVED.has(type)) return { type, kind: 'moved' };
      if (TRANSIENT.has(type)) return { type, kind: 'transient' };
      if (UNCERTAIN.has(type)) return { type, kind: 'connection' };
      // Code 90, PRODUCER_FENCED, is younger than kafkajs.
      if (FENCED.has(type) || String(at.message).endsWith('error code 90')) return { type, kind: 'fenced' };
      return { type, kind: 'fatal' };
    }
    if (typeof at.name === 'string' && CONNECTION.has(at.name)) connection = true;
    at = (at.cause ?? at.originalError) as Described | undefined;
  }
  return { type: null, kind: connection ? 'connection' : 'fatal' };
}

/** Whether a broker does not let us, be it for who we are or for what we want. */
export function isRefused(error: unknown): boolean {
  if (error instanceof EventLogError) return isRefusal(error);
  const { type } = diagnose(error);
  return type !== null && UNAUTHORIZED.test(type);
}

export function refusal(what: string, cause?: unknown): EventLogError {
  const advice = 'what this user has to be allowed stands in docs/hardening.md';
  return new EventLogError('refused', `${what}; ${advice}`, { cause });
}

/** The port's error for one of Kafka's. */
export function asEventLogError(error: unknown, doing: string): EventLogError {
  if (error instanceof EventLogError) return error;
  const { type, kind } = diagnose(error);
  const what = error instanceof Error ? error.message : String(error);
  const message = `${doing}: ${what}`;
  if (type !== null && UNAUTHORIZED.test(type)) return refusal(message, error);
  switch (type) {
    case 'OFFSET_OUT_OF_RANGE':
      return new EventLogError('offset_out_of_range', message, { cause: error });
    case 'MESSAGE_TOO_LARGE':
    case 'RECORD_LIST_TOO_LARGE':
      return new EventLogError('record_too_large', message, { cause: error });
    case 'OFFSET_METADATA_TOO_LARGE':
      return new EventLogError('metadata_too_large', message, { cause: error });
    case 'UNKNOWN_TOPIC_OR_PARTITION':
      return new EventLogError('unknown_topic_or_partition', message, { cause: error });
    default:
      return new EventLogError('unavailable', message, { retriable: kind !== 'fatal', cause: error });
  }
}
