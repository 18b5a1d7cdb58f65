import { isJsonObject, type MutableJson, type UdmJson } from './udm-json.ts';
import { listIn, objectIn } from './udm-json-path.ts';
import { namesMachine } from './validate/condition.ts';

/** A key and a value that a log came with, from its forwarder, collector or batch. */
export interface IngestionLabel {
  readonly key: string;
  readonly value: string;
}

/** What the engine knows of a record beside what its parser made of it. Times are RFC 3339. */
export interface EngineFacts {
  readonly logType: string;
  /** When it happened, for records that do not say so themselves. */
  readonly eventTime: string;
  /** The record's identity, base64. */
  readonly id?: string;
  readonly ingestedTime?: string;
  readonly ingestionLabels?: readonly IngestionLabel[];
  /** The network that names and addresses belong to; for nouns that do not say so themselves. */
  readonly namespace?: string;
}

const SINGLE_NOUNS = ['principal', 'src', 'target', 'observer'];
const REPEATED_NOUNS = ['intermediary', 'about'];

/** A namespace tells equal host names and addresses apart, so it goes where one of them is. */
function withNamespace(noun: unknown, namespace: string): unknown {
  if (!isJsonObject(noun) || 'namespace' in noun || !namesMachine(noun)) return noun;
  return { ...noun, namespace };
}

function setNamespace(event: MutableJson, namespace: string): void {
  for (const name of SINGLE_NOUNS) {
    if (name in event) event[name] = withNamespace(event[name], namespace);
  }
  for (const name of REPEATED_NOUNS) {
    if (name in event) event[name] = listIn(event, name).map((noun) => withNamespace(noun, namespace));
  }
}

function eventMetadata(given: UdmJson | undefined, facts: EngineFacts): UdmJson {
  const metadata: MutableJson = { ...given, logType: facts.logType };
  metadata['eventTimestamp'] ??= facts.eventTime;
  if (facts.id !== undefined) metadata['id'] = facts.id;
  if (facts.ingestedTime !== undefined) metadata['ingestedTimestamp'] = facts.ingestedTime;
  if (facts.ingestionLabels !== undefined && facts.ingestionLabels.length > 0) {
    metadata['ingestionLabels'] = [...listIn(given, 'ingestionLabels'), ...facts.ingestionLabels];
  }
  return metadata;
}

/** Sets in an event what the engine sets and not the parser. Gives a new event; `event` stays as it is. */
export function completeEvent(event: UdmJson, facts: EngineFacts): UdmJson {
  const completed: MutableJson = { ...event, metadata: eventMetadata(objectIn(event, 'metadata'), facts) };
  if (facts.namespace !== undefined && facts.namespace !== '') setNamespace(completed, facts.namespace);
  return completed;
}

/** Until when an entity holds that does not say so. */
const END_OF_TIME = '9999-12-31T23:59:59Z';

/**
 * Sets in an entity what the engine sets: when it was collected and until when it holds, where the parser does not say
 * so, and the namespace.
 */
export function completeEntity(entity: UdmJson, facts: Pick<EngineFacts, 'eventTime' | 'namespace'>): UdmJson {
  const metadata: MutableJson = { ...objectIn(entity, 'metadata') };
  metadata['collectedTimestamp'] ??= facts.eventTime;
  const interval = objectIn(metadata, 'interval');
  if (interval !== undefined && 'startTime' in interval && !('endTime' in interval)) {
    metadata['interval'] = { ...interval, endTime: END_OF_TIME };
  }
  const completed: MutableJson = { ...entity, metadata };
  if (facts.namespace !== undefined && facts.namespace !== '' && 'entity' in entity) {
    completed['entity'] = withNamespace(entity['entity'], facts.namespace);
  }
  return completed;
}
