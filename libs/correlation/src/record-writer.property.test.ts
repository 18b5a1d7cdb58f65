import { canonicalIp, EventReader } from '@logweave/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeldEvent, type SideIndex } from './held-event.ts';
import { KeyState } from './key-state.ts';
import { RecordWriter } from './record-writer.ts';
import type { MatchingMode } from './rules.ts';

/** A field as it stands in a line: `name` is what `rawName` means. */
interface RawField {
  readonly name: string;
  readonly rawName: string;
  readonly value: string;
}

const WHITE = '[ \\t\\r\\n]*';
const STRING = '"(?:[^"\\\\]|\\\\.)*"';
/** A name, a value of at most two levels, and what stands around them. */
const FIELD = new RegExp(
  `${WHITE}(${STRING})${WHITE}:${WHITE}(${STRING}|[-+.0-9a-zA-Z]+|\\[(?:${STRING}|[^"\\]])*\\]|\\{(?:${STRING}|[^"}])*\\})${WHITE}[,}]`,
  'y',
);

/** The fields of a line, found with an expression for tokens and nothing of the scanner that is tested. */
function fieldsOf(line: string): RawField[] {
  const fields: RawField[] = [];
  FIELD.lastIndex = line.indexOf('{') + 1;
  for (let match = FIELD.exec(line); match !== null; match = FIELD.exec(line)) {
    const rawName = (match[1] as string).slice(1, -1);
    const name = rawName.replace(/\\u([0-9a-f]{4})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    fields.push({ name, rawName, value: match[2] as string });
  }
  return fields;
}

interface Source {
  readonly prefix: 'a_' | 'b_';
  readonly event: HeldEvent;
  readonly fields: readonly RawField[];
}

const PART1 = [
  'timestamp',
  'src_ip',
  'src_port',
  'dst_ip',
  'dst_port',
  'correlated',
  'orphan_side',
  'orphan_reason',
  'orphan_nearest_ms',
  'a_timestamp',
  'b_timestamp',
];

/** Section 5 said again, with texts and maps: slow, and without any of the writer's short cuts. */
function expectedRecord(mode: MatchingMode, sources: readonly Source[], ordinal: number, withLines: boolean): string {
  const lead = sources[0] as Source;
  const isPair = sources.length === 2;
  const lastOf = (source: Source, name: string): string | undefined =>
    source.fields.findLast((field) => field.name === name)?.value;
  const core = new Map<string, string>();
  core.set('src_ip', ipOf(lastOf(lead, 'src_ip')) ?? 'no key');
  core.set('src_port', portOf(lastOf(lead, 'src_port')) ?? 'no key');
  for (const source of sources) {
    const ip = ipOf(lastOf(source, 'dst_ip'));
    const port = portOf(lastOf(source, 'dst_port'));
    if (ip !== undefined && !core.has('dst_ip')) core.set('dst_ip', ip);
    if (port !== undefined && !core.has('dst_port')) core.set('dst_port', port);
  }
  const parts = [`"timestamp":"${timeOf(lead.event)}"`];
  for (const name of ['src_ip', 'src_port', 'dst_ip', 'dst_port']) {
    const value = core.get(name);
    if (value !== undefined) parts.push(`"${name}":${value}`);
  }
  parts.push(`"correlated":${isPair}`, `"orphan_side":"${isPair ? '' : lead.prefix[0]?.toUpperCase()}"`);
  const keep = mode === 'one_to_many' ? lastOf(lead, 'keepalives') : undefined;
  if (mode === 'one_to_many' && (isPair || keep !== undefined)) parts.push(`"keepalives":${keep ?? ordinal}`);
  if (!isPair) parts.push('"orphan_reason":"late"');
  for (const { prefix, event } of sources) {
    parts.push(`"${prefix}timestamp":${BigInt(event.ms) * 1_000_000n + BigInt(event.ns)}`);
  }

  const used = new Set([
    ...PART1,
    ...(mode === 'one_to_many' ? ['keepalives'] : []),
    ...(withLines ? ['a_line', 'b_line'] : []),
  ]);
  const taken = new Set([...used, ...sources.flatMap((source) => source.fields.map((field) => field.name))]);
  const given = new Map<string, string>();
  for (const source of sources) {
    const other = sources.find((candidate) => candidate !== source);
    for (const [i, { name, rawName, value }] of source.fields.entries()) {
      if (name === 'timestamp' || core.get(name) === value) continue;
      const isLast = !source.fields.slice(i + 1).some((field) => field.name === name);
      if (name === 'keepalives' && keep !== undefined && source === lead && isLast) continue;
      const own = source.fields.filter((field) => field.name === name).map((field) => field.value);
      const others = other?.fields.filter((field) => field.name === name).map((field) => field.value) ?? [];
      const agrees = own.length === others.length && own.every((text, at) => text === others[at]);
      if (!used.has(name) && (others.length === 0 || agrees)) {
        if (source === lead || others.length === 0) parts.push(`"${rawName}":${value}`);
        continue;
      }
      const place = `${source.prefix} ${name}`;
      let prefixes = given.get(place);
      if (prefixes === undefined) {
        prefixes = source.prefix;
        while (taken.has(prefixes + name)) prefixes += source.prefix;
        taken.add(prefixes + name);
        given.set(place, prefixes);
      }
      parts.push(`"${prefixes}${rawName}":${value}`);
    }
  }
  if (withLines) for (const { prefix, event } of sources) parts.push(`"${prefix}line":${event.offset}`);
  return `{${parts.join()}}`;
}

function ipOf(value: string | undefined): string | undefined {
  if (value === undefined || !value.startsWith('"')) return undefined;
  const canonical = canonicalIp(value.slice(1, -1));
  return canonical === null ? undefined : `"${canonical}"`;
}

function portOf(value: string | undefined): string | undefined {
  if (value === undefined || !/^("[0-9]{1,5}"|[0-9]+|-0)$/.test(value)) return undefined;
  const port = Math.abs(Number(value.replaceAll('"', '')));
  return port <= 65535 ? String(port) : undefined;
}

function timeOf({ ms, ns }: HeldEvent): string {
  const seconds = new Date(ms).toISOString().slice(0, 19);
  const fraction = `${String(((ms % 1000) + 1000) % 1000).padStart(3, '0')}${String(ns).padStart(6, '0')}`;
  return `${`${seconds}.${fraction}`.replace(/\.?0+$/, '')}Z`;
}

function heldOf(side: SideIndex, line: string): HeldEvent {
  const reader = new EventReader({
    side: side === 0 ? 'A' : 'B',
    keyFields: ['src_ip', 'src_port'],
    time: 'event_or_arrival',
    maxFutureSkewMs: Number.POSITIVE_INFINITY,
  });
  const bytes = Buffer.from(line);
  const rejection = reader.read(bytes, 0, bytes.length, 1_704_067_200_001);
  if (rejection !== null) throw new Error(`not an event: ${JSON.stringify(rejection)} ${line}`);
  const key = new KeyState(reader.packedKey, reader.packedKey < 0 ? reader.key : null);
  return new HeldEvent(side, key, reader.ms, reader.ns, 4711 + side, 0, bytes, 0, bytes.length);
}

const payloadName = fc.constantFrom(
  'n',
  'n',
  '\\u006e',
  'a_n',
  'b_n',
  'a_a_n',
  'b_b_n',
  'a_b_n',
  'a_\\u006e',
  '__proto__',
  '',
  'é',
  '\\ud83d\\ude00',
  '😀',
  'a_line',
  'b_line',
  'keepalives',
  'k\\u0065epalives',
  'a_keepalives',
  'a_dst_port',
  'b_dst_ip',
  'b_b_dst_ip',
  'correlated',
  'orphan_side',
  'orphan_reason',
  'orphan_nearest_ms',
  'a_timestamp',
  'b_timestamp',
  'a_correlated',
  'path',
  'method',
  'ja4',
  'size',
  'a',
  'b',
  'a_',
  'host',
  'length',
  'x',
  'y',
  'z',
);
const payloadValue = fc.constantFrom(
  '1',
  '1',
  '1',
  '1.0',
  '-0',
  '1e309',
  '9007199254740993',
  'null',
  'true',
  '""',
  '"x"',
  '"é"',
  '"\\u0078"',
  '[1, 2]',
  '[1,2]',
  '{"a" : "}"}',
  '"a,b\\":{\\\\"',
  `"${'long '.repeat(40)}"`,
);
const payload = fc.tuple(payloadName, payloadValue);
const destination = fc.oneof(
  fc.tuple(
    fc.constant('dst_ip'),
    fc.constantFrom('"198.51.100.1"', '"198.51.100.1"', '"::ffff:198.51.100.1"', '"2001:DB8::1"', '"x"', 'null', '7'),
  ),
  fc.tuple(
    fc.constantFrom('dst_port', 'dst_p\\u006frt'),
    fc.constantFrom('443', '443', '"443"', '-0', '70000', 'null', '0'),
  ),
);
const time = fc.tuple(
  fc.constant('timestamp'),
  fc.constantFrom('1704110400000000001', '"2024-01-01T12:00:00.5Z"', '1704110400.123', '1', '-0.25', 'null'),
);
const early = fc.tuple(
  fc.constantFrom('src_ip', 'src_port'),
  fc.constantFrom('"192.0.2.8"', '1', 'null', '"192.0.2.7"', '50123'),
);

type Field = readonly [name: string, value: string];

/** Few names and values, so that both sources often carry the same and seldom need a prefix. */
const calmPayload = fc.tuple(
  fc.constantFrom('n', '\\u006e', 'path', 'method', 'ja4', 'size', 'host', 'é', 'x', 'y', 'z'),
  fc.constantFrom('1', '1', '1', '1', '"x y"', `"${'long '.repeat(40)}"`),
);
const calmDestination = fc.constantFrom(['dst_ip', '"198.51.100.1"'] as const, ['dst_port', '443'] as const);
const calmFields: fc.Arbitrary<Field> = fc.oneof({ weight: 6, arbitrary: calmPayload }, calmDestination, time);
const anyFields: fc.Arbitrary<Field> = fc.oneof(
  { weight: 6, arbitrary: payload },
  { weight: 2, arbitrary: destination },
  time,
);

const space = fc.constantFrom('', '', '', ' ', '\t', ' \r\n ');

/** A line with fields in any order; what stands under the key's names before the key itself does not count. */
function lineOf(
  ips: readonly string[],
  others = anyFields,
  ports = ['50123', '50123', '"50123"'],
): fc.Arbitrary<string> {
  const before = others === anyFields ? fc.oneof({ weight: 8, arbitrary: others }, early) : others;
  return fc
    .record({
      before: fc.array(before, { maxLength: 6 }),
      ip: fc.constantFrom(...ips),
      port: fc.constantFrom(...ports),
      after: fc.array(others, { maxLength: 12 }),
      tight: fc.boolean(),
      spaces: fc.infiniteStream(space),
    })
    .map(({ before: first, ip, port, after, tight, spaces }) => {
      const gap = (): string => (tight ? '' : (spaces.next().value as string));
      const fields: Field[] = [...first, ['src_ip', ip], ['src_port', port], ...after];
      return `{${fields.map(([name, value]) => `${gap()}"${name}"${gap()}:${gap()}${value}${gap()}`).join()}}`;
    });
}

const calmLine = lineOf(['"192.0.2.7"'], calmFields, ['50123']);
const lines = fc.oneof(
  fc.tuple(calmLine, calmLine),
  fc.tuple(lineOf(['"192.0.2.7"']), lineOf(['"192.0.2.7"', '"::ffff:192.0.2.7"'])),
  fc.tuple(lineOf(['"2001:db8::1"', '"2001:DB8:0::1"']), lineOf(['"2001:db8::1"'])),
);
const modes = fc.constantFrom<MatchingMode>('one_to_one', 'one_to_many');

describe('any two events', () => {
  const writers = (['one_to_one', 'one_to_many'] as const).flatMap((mode) =>
    [false, true].map((withLines) => ({ mode, withLines, writer: new RecordWriter(mode, { withLines }) })),
  );
  const writerOf = (mode: MatchingMode, withLines: boolean): RecordWriter => {
    const found = writers.find((candidate) => candidate.mode === mode && candidate.withLines === withLines);
    if (found === undefined) throw new Error('no such writer');
    return found.writer;
  };

  it('become the pair that the rule says', () => {
    fc.assert(
      fc.property(lines, modes, fc.boolean(), fc.nat(100_000), ([lineA, lineB], mode, withLines, ordinal) => {
        const a = heldOf(0, lineA);
        const b = heldOf(1, lineB);
        const sources: Source[] = [
          { prefix: 'a_', event: a, fields: fieldsOf(lineA) },
          { prefix: 'b_', event: b, fields: fieldsOf(lineB) },
        ];
        const record = writerOf(mode, withLines).pair(a, b, ordinal).toString();
        expect(record).toBe(expectedRecord(mode, sources, ordinal, withLines));
      }),
      { numRuns: 2000 },
    );
  });

  it('become the orphans that the rule says', () => {
    fc.assert(
      fc.property(lines, modes, fc.boolean(), fc.constantFrom<SideIndex>(0, 1), (both, mode, withLines, side) => {
        const event = heldOf(side, both[side]);
        const source: Source = { prefix: side === 0 ? 'a_' : 'b_', event, fields: fieldsOf(both[side]) };
        const record = writerOf(mode, withLines).orphan(event, 'late', -1).toString();
        expect(record).toBe(expectedRecord(mode, [source], 0, withLines));
      }),
      { numRuns: 1000 },
    );
  });
});
