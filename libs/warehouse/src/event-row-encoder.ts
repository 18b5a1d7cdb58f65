import { isUtf8 } from 'node:buffer';
import { HEADERS, type Rejection, reject } from '@logweave/model';
import { headerBytes, headerCount } from './record-headers.ts';
import { nanosOfMs, nanosOfText } from './record-time.ts';
import { encodedPlace, RowBuffer } from './row-buffer.ts';
import type { RowEncoder, SourceRecord } from './row-encoder.ts';
import {
  canonical,
  highestSeverity,
  isObject,
  type JsonObject,
  message,
  messages,
  SearchTerms,
  text,
  texts,
} from './udm-event.ts';
import { ROLES } from './udm-events-table.ts';

const UINT32_MAX = 4_294_967_295;

/**
 * Rows for `UDM_EVENTS`. Refused is what is no JSON object or has no time; any other field may be missing or of a wrong
 * type, and counts as missing then. `event_json` has the record byte for byte.
 */
export class EventRowEncoder implements RowEncoder {
  readonly #place: Buffer;
  readonly #rows = new RowBuffer();
  readonly #terms = new SearchTerms();
  readonly #actions = new Set<string>();

  constructor(topic: string, partition: number) {
    this.#place = encodedPlace(topic, partition);
  }

  get rows(): number {
    return this.#rows.rows;
  }

  add(record: SourceRecord): Rejection | null {
    const { value, headers, offset } = record;
    if (value === null) return reject('bad_json', 'an event record has a value');
    const event = parse(value);
    if (event.kind === 'rejection') return event;
    const { json } = event;
    const metadata = message(json['metadata']);
    const isEntity = entityIsMeant(headerBytes(headers, HEADERS.kind), json, metadata);
    const time = isEntity ? entityTime(metadata) : nanosOfText(text(metadata['eventTimestamp']));
    if (time === null) {
      const field = isEntity ? 'metadata.collectedTimestamp' : 'metadata.eventTimestamp';
      return reject('bad_timestamp', `${field} is missing or no RFC 3339 time`);
    }
    const arrived = nanosOfMs(record.timestampMs);
    const rows = this.#rows;
    rows.bigInt64(time);
    rows.bigInt64(nanosOfText(text(metadata['ingestedTimestamp'])) ?? arrived);
    rows.text(isEntity ? 'entity' : 'event');
    rows.text(isEntity ? '' : text(metadata['eventType']));
    rows.text(isEntity ? text(metadata['entityType']) : '');
    const logType = headerBytes(headers, HEADERS.logType);
    if (logType.length > 0) rows.bytes(logType);
    else rows.text(text(metadata['logType']));
    rows.text(text(metadata['vendorName']));
    rows.text(text(metadata['productName']));
    rows.text(text(metadata['productEventType']));
    rows.text(text(isEntity ? metadata['productEntityId'] : metadata['productLogId']));
    rows.text(text(metadata['id']));
    rows.bytes(headerBytes(headers, HEADERS.namespace));
    this.#addNouns(json);
    this.#addResults(messages(json['securityResult']));
    for (const terms of [this.#terms.ips, this.#terms.hosts, this.#terms.users, this.#terms.hashes]) rows.texts(terms);
    rows.bytes(value);
    rows.bytes(headerBytes(headers, HEADERS.parserVersion));
    rows.bytes(headerBytes(headers, HEADERS.sourceTopic));
    rows.uint32(smallCount(headers, HEADERS.sourcePartition));
    rows.int64(headerCount(headers, HEADERS.sourceOffset));
    rows.uint32(smallCount(headers, HEADERS.eventIndex));
    rows.uint32(smallCount(headers, HEADERS.eventCount));
    rows.encoded(this.#place);
    rows.int64(offset);
    rows.bigInt64(arrived / 1_000_000n);
    rows.endRow();
    return null;
  }

  take(): Buffer {
    return this.#rows.take();
  }

  #addNouns(json: JsonObject): void {
    const rows = this.#rows;
    const terms = this.#terms;
    terms.clear();
    for (const role of ROLES) {
      const noun = message(json[role]);
      terms.addNoun(noun);
      rows.texts(texts(noun['ip']).map(canonical));
      rows.text(text(noun['hostname']) || text(message(noun['asset'])['hostname']));
      const user = message(noun['user']);
      const userid = text(user['userid']);
      const addresses = texts(user['emailAddresses']);
      rows.texts(userid === '' ? addresses : [userid, ...addresses]);
    }
    const entity = message(json['entity']);
    terms.addNoun(entity);
    for (const noun of messages(json['intermediary'])) terms.addNoun(noun);
    for (const noun of messages(json['about'])) terms.addNoun(noun);
    rows.text(
      text(message(json['target'])['url']) ||
        text(message(json['principal'])['url']) ||
        text(message(json['src'])['url']) ||
        text(message(json['observer'])['url']) ||
        text(entity['url']),
    );
  }

  #addResults(results: readonly JsonObject[]): void {
    this.#actions.clear();
    for (const result of results) for (const action of texts(result['action'])) this.#actions.add(action);
    this.#rows.texts(this.#actions);
    this.#rows.text(highestSeverity(results));
  }
}

function smallCount(headers: SourceRecord['headers'], name: string): number {
  return Math.min(headerCount(headers, name), UINT32_MAX);
}

type Parsed = { readonly kind: 'object'; readonly json: JsonObject } | Rejection;

function parse(value: Uint8Array): Parsed {
  if (!isUtf8(value)) return reject('bad_utf8', 'the record is no UTF-8');
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(value.buffer, value.byteOffset, value.length).toString('utf8'));
  } catch {
    return reject('bad_json', 'the record is no JSON');
  }
  return isObject(json) ? { kind: 'object', json } : reject('not_an_object', 'the record is no JSON object');
}

const EVENT_KIND = Buffer.from('event');
const ENTITY_KIND = Buffer.from('entity');

function entityIsMeant(kind: Uint8Array, json: JsonObject, metadata: JsonObject): boolean {
  if (ENTITY_KIND.equals(kind)) return true;
  return !EVENT_KIND.equals(kind) && ('entity' in json || 'entityType' in metadata);
}

/** When an entity was seen: collected, else from when it holds, else made. */
function entityTime(metadata: JsonObject): bigint | null {
  return (
    nanosOfText(text(metadata['collectedTimestamp'])) ??
    nanosOfText(text(message(metadata['interval'])['startTime'])) ??
    nanosOfText(text(metadata['creationTimestamp']))
  );
}
