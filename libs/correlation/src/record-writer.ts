import { KnownNames } from '@logweave/json-bytes';
import { CORE, CORE_NAMES, type OrphanReason, readDottedQuad, readIp, readPort } from '@logweave/model';
import { writeEventTimeNs, writeInteger, writeNsAsMs } from './decimal-writer.ts';
import type { HeldEvent } from './held-event.ts';
import { mergeFields } from './merge-fields.ts';
import { RecordSource } from './record-source.ts';
import { Rfc3339Writer } from './rfc3339-writer.ts';
import type { MatchingMode } from './rules.ts';
import { SharedFields } from './shared-fields.ts';
import type { FieldRuns } from './source-plan.ts';

const CHUNK_BYTES = 256 * 1024;
/** More than part 1 and the line numbers can take, own values of the sources aside. */
const FRAME_BYTES = 1024;
/** From here on the machine's own copy is faster than a loop. */
const LONG_COPY_BYTES = 32;

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const DOT = 46;
const CLOSE_BRACE = 125;

const TIMESTAMP = Buffer.from('{"timestamp":"');
const CORE_LABELS = ['","src_ip":', ',"src_port":', ',"dst_ip":', ',"dst_port":'].map((text) => Buffer.from(text));
const PAIR = Buffer.from(',"correlated":true,"orphan_side":""');
const COUNTED_PAIR = Buffer.from(',"correlated":true,"orphan_side":"","keepalives":');
const ORPHAN = [
  Buffer.from(',"correlated":false,"orphan_side":"A"'),
  Buffer.from(',"correlated":false,"orphan_side":"B"'),
];
const KEEPALIVES = Buffer.from(',"keepalives":');
const ORPHAN_REASON = Buffer.from(',"orphan_reason":"');
const NEAREST = Buffer.from(',"orphan_nearest_ms":');
const SOURCE_TIMES = [Buffer.from(',"a_timestamp":'), Buffer.from(',"b_timestamp":')];
const LINES = [Buffer.from(',"a_line":'), Buffer.from(',"b_line":')];
const PREFIXES = ['a_', 'b_'] as const;

/** What part 1 may hold besides the core fields. */
const OUTCOME_NAMES = ['correlated', 'orphan_side', 'orphan_reason', 'orphan_nearest_ms', 'a_timestamp', 'b_timestamp'];

/**
 * Writes the flat records of correlation.md, section 5: part 1 says what the join knows, part 2 carries the sources'
 * fields byte for byte. Values are copied as ranges of bytes and never become strings or numbers.
 */
export class RecordWriter {
  readonly #counting: boolean;
  readonly #withLines: boolean;
  readonly #usedNames: readonly string[];
  readonly #sources: readonly [RecordSource, RecordSource];
  readonly #shared = new SharedFields();
  readonly #time = new Rfc3339Writer();

  #out = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  /** Where the record begins, and where the next byte goes. */
  #start = 0;
  #at = 0;
  /** Where the canonical values of the first four core fields stand in `#out`; -1 for one that nobody has. */
  readonly #coreStart = new Int32Array(4);
  readonly #coreEnd = new Int32Array(4);

  /** `withLines` ends each record with the offsets of its sources, as `a_line` and `b_line`. */
  constructor(mode: MatchingMode, options: { readonly withLines?: boolean } = {}) {
    this.#counting = mode === 'one_to_many';
    this.#withLines = options.withLines ?? false;
    const core = this.#counting ? CORE_NAMES : CORE_NAMES.slice(0, CORE.keepalives);
    this.#usedNames = [...core, ...OUTCOME_NAMES, ...(this.#withLines ? ['a_line', 'b_line'] : [])];
    const names = new KnownNames(this.#usedNames);
    this.#sources = [new RecordSource(names, core.length), new RecordSource(names, core.length)];
  }

  /**
   * The record of a pair. `ordinal`: how many requests the connection had before this one; without meaning in
   * one_to_one. The bytes stay valid; there is no newline at their end.
   */
  pair(a: HeldEvent, b: HeldEvent, ordinal: number): Buffer {
    const [sourceA, sourceB] = this.#sources;
    sourceA.load(a);
    sourceB.load(b);
    this.#begin(a.end - a.start + b.end - b.start + FRAME_BYTES);
    this.#writeCore(a, sourceA, sourceB);
    this.#put(this.#counting ? COUNTED_PAIR : PAIR);
    if (this.#counting) {
      const own = sourceA.plan.core[CORE.keepalives] as number;
      if (own >= 0) this.#putValue(sourceA, own);
      else this.#at = writeInteger(this.#out, this.#at, ordinal);
    }
    this.#putTime(a);
    this.#putTime(b);
    const plain =
      this.#isPlain(sourceA) && this.#isPlain(sourceB) && (sourceB.plan.core[CORE.keepalives] as number) < 0;
    const restOfB = plain ? this.#shared.restOfB(sourceA, sourceB) : null;
    if (restOfB !== null) {
      this.#putFields(sourceA, sourceA.plan.own);
      this.#putFields(sourceB, restOfB);
    } else {
      this.#putMerged(this.#sources);
    }
    if (this.#withLines) {
      this.#putLine(a);
      this.#putLine(b);
    }
    return this.#finish();
  }

  /** The record of an orphan. `nearestNs`: how far the nearest event of the other side was, or -1. */
  orphan(event: HeldEvent, reason: OrphanReason, nearestNs: number): Buffer {
    const source = this.#sources[event.side];
    source.load(event);
    this.#begin(event.end - event.start + FRAME_BYTES);
    this.#writeCore(event, source, source);
    this.#put(ORPHAN[event.side] as Buffer);
    const own = source.plan.core[CORE.keepalives] as number;
    if (own >= 0) {
      this.#put(KEEPALIVES);
      this.#putValue(source, own);
    }
    this.#put(ORPHAN_REASON);
    this.#putText(reason);
    this.#out[this.#at++] = QUOTE;
    if (nearestNs >= 0) {
      this.#put(NEAREST);
      this.#at = writeNsAsMs(this.#out, this.#at, nearestNs);
    }
    this.#putTime(event);
    if (this.#isPlain(source)) this.#putFields(source, source.plan.own);
    else this.#putMerged([source]);
    if (this.#withLines) this.#putLine(event);
    return this.#finish();
  }

  /** Makes room; records that were handed out keep their chunk. */
  #begin(bytes: number): void {
    if (this.#out.length - this.#at < bytes) {
      this.#out = Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, bytes));
      this.#at = 0;
    }
    this.#start = this.#at;
  }

  #finish(): Buffer {
    this.#out[this.#at++] = CLOSE_BRACE;
    return this.#out.subarray(this.#start, this.#at);
  }

  #writeCore(lead: HeldEvent, first: RecordSource, second: RecordSource): void {
    this.#put(TIMESTAMP);
    this.#at = this.#time.write(this.#out, this.#at, lead.ms, lead.ns);
    const { packed } = lead.key;
    if (packed >= 0) {
      const from = this.#label(CORE.srcIp);
      const port = packed % 65536;
      this.#putQuad((packed - port) / 65536);
      this.#said(CORE.srcIp, from);
      const portFrom = this.#label(CORE.srcPort);
      this.#at = writeInteger(this.#out, this.#at, port);
      this.#said(CORE.srcPort, portFrom);
    } else {
      // The lead's own field: the reader made the key of it.
      this.#putAddress(CORE.srcIp, first, first);
      this.#putPort(CORE.srcPort, first, first);
    }
    this.#putAddress(CORE.dstIp, first, second);
    this.#putPort(CORE.dstPort, first, second);
  }

  #label(name: number): number {
    this.#put(CORE_LABELS[name] as Buffer);
    return this.#at;
  }

  #said(name: number, from: number): void {
    this.#coreStart[name] = from;
    this.#coreEnd[name] = this.#at;
  }

  /** The address of the first source that has a valid one. */
  #putAddress(name: number, first: RecordSource, second: RecordSource): void {
    this.#coreStart[name] = -1;
    for (let source = first; ; source = second) {
      const field = source.plan.core[name] as number;
      if (field >= 0) {
        const start = source.table.valueStart[field] as number;
        const end = source.table.valueEnd[field] as number;
        if (readDottedQuad(source.bytes, start, end) >= 0) {
          const from = this.#label(name);
          this.#copy(source.bytes, start, end);
          this.#said(name, from);
          return;
        }
        const text = readIp(source.bytes, source.table, field);
        if (text !== null) {
          const from = this.#label(name);
          this.#out[this.#at++] = QUOTE;
          this.#putText(text);
          this.#out[this.#at++] = QUOTE;
          this.#said(name, from);
          return;
        }
      }
      if (source === second) return;
    }
  }

  #putPort(name: number, first: RecordSource, second: RecordSource): void {
    this.#coreStart[name] = -1;
    for (let source = first; ; source = second) {
      const field = source.plan.core[name] as number;
      const port = field < 0 ? -1 : readPort(source.bytes, source.table, field);
      if (port >= 0) {
        const from = this.#label(name);
        this.#at = writeInteger(this.#out, this.#at, port);
        this.#said(name, from);
        return;
      }
      if (source === second) return;
    }
  }

  #putQuad(ip: number): void {
    const out = this.#out;
    let at = this.#at;
    out[at++] = QUOTE;
    at = writeInteger(out, at, ip >>> 24);
    out[at++] = DOT;
    at = writeInteger(out, at, (ip >>> 16) & 255);
    out[at++] = DOT;
    at = writeInteger(out, at, (ip >>> 8) & 255);
    out[at++] = DOT;
    at = writeInteger(out, at, ip & 255);
    out[at++] = QUOTE;
    this.#at = at;
  }

  #putTime(event: HeldEvent): void {
    this.#put(SOURCE_TIMES[event.side] as Buffer);
    this.#at = writeEventTimeNs(this.#out, this.#at, event.ms, event.ns);
  }

  #putLine(event: HeldEvent): void {
    this.#put(LINES[event.side] as Buffer);
    this.#at = writeInteger(this.#out, this.#at, event.offset);
  }

  /** Whether nothing of a source's fields under the record's own names has to stand in part 2. */
  #isPlain(source: RecordSource): boolean {
    return (
      !source.plan.odd &&
      this.#coreIsSaid(source, CORE.srcIp) &&
      this.#coreIsSaid(source, CORE.srcPort) &&
      this.#coreIsSaid(source, CORE.dstIp) &&
      this.#coreIsSaid(source, CORE.dstPort)
    );
  }

  #coreIsSaid(source: RecordSource, name: number): boolean {
    const field = source.plan.core[name] as number;
    return field < 0 || this.#valueIsSaid(source, name, field);
  }

  #valueIsSaid(source: RecordSource, name: number, field: number): boolean {
    const start = this.#coreStart[name] as number;
    return start >= 0 && source.valueIs(field, this.#out, start, this.#coreEnd[name] as number);
  }

  /** Copies fields of a source, without the white space between their tokens. */
  #putFields(source: RecordSource, runs: FieldRuns): void {
    const { bytes } = source;
    const { nameStart, nameEnd, valueStart, valueEnd } = source.table;
    for (let i = 0; i < runs.length; i += 2) {
      const first = runs[i] as number;
      const last = runs[i + 1] as number;
      const from = (nameStart[first] as number) - 1;
      this.#out[this.#at++] = COMMA;
      if (last >= 0) {
        this.#copy(bytes, from, valueEnd[last] as number);
      } else {
        this.#copy(bytes, from, (nameEnd[first] as number) + 1);
        this.#out[this.#at++] = COLON;
        this.#copy(bytes, valueStart[first] as number, valueEnd[first] as number);
      }
    }
  }

  #putMerged(sources: readonly RecordSource[]): void {
    const [lead] = sources;
    const keepalives = lead?.plan.core[CORE.keepalives] ?? -1;
    const merged = mergeFields({
      sources: sources.map((source) => ({ source, prefix: PREFIXES[source === this.#sources[0] ? 0 : 1] })),
      usedNames: this.#usedNames,
      isSaid: (source, field) => {
        const name = source.plan.used[field] as number;
        if (name < CORE.timestamp) return this.#valueIsSaid(source, name, field);
        return source === lead && field === keepalives;
      },
    });
    // Every byte of the sources at most once, and the prefixes.
    let bytes = FRAME_BYTES;
    for (const source of sources) bytes += source.end - source.start;
    for (const { prefixes } of merged) bytes += prefixes * 2;
    this.#makeRoom(bytes);
    for (const { source, prefix, field, prefixes } of merged) {
      const { nameStart, nameEnd, valueStart, valueEnd } = source.table;
      this.#out[this.#at++] = COMMA;
      this.#out[this.#at++] = QUOTE;
      for (let i = 0; i < prefixes; i++) this.#putText(prefix);
      this.#copy(source.bytes, nameStart[field] as number, (nameEnd[field] as number) + 1);
      this.#out[this.#at++] = COLON;
      this.#copy(source.bytes, valueStart[field] as number, valueEnd[field] as number);
    }
  }

  /** Moves the record that has begun to a new chunk when this one has no room for so much more. */
  #makeRoom(bytes: number): void {
    if (this.#out.length - this.#at >= bytes) return;
    const begun = this.#out.subarray(this.#start, this.#at);
    this.#out = Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, begun.length + bytes));
    this.#out.set(begun);
    this.#start = 0;
    this.#at = begun.length;
  }

  #put(piece: Buffer): void {
    this.#copy(piece, 0, piece.length);
  }

  /** Writes text of ASCII characters. */
  #putText(text: string): void {
    for (let i = 0; i < text.length; i++) this.#out[this.#at++] = text.charCodeAt(i);
  }

  #putValue(source: RecordSource, field: number): void {
    this.#copy(source.bytes, source.table.valueStart[field] as number, source.table.valueEnd[field] as number);
  }

  #copy(bytes: Buffer, start: number, end: number): void {
    const out = this.#out;
    let at = this.#at;
    if (end - start >= LONG_COPY_BYTES) {
      this.#at = at + bytes.copy(out, at, start, end);
      return;
    }
    for (let i = start; i < end; i++) out[at++] = bytes[i] as number;
    this.#at = at;
  }
}
