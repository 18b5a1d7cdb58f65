import type { KeyField, Side, SourceRules, TimePolicy } from '@logweave/model';
import { type Static, Type } from 'typebox';
import type { ConfigProblem } from './config-problem.ts';
import { checkRawInput, type RawInputConfig, resolveRawInput } from './raw-config.ts';
import { RawInputSection } from './raw-section.ts';
import { DatagramOptions, SocketAccounts } from './socket-options.ts';

/** One entry of `inputs.unix_sockets`. */
export const UnixSocketSection = Type.Object(
  {
    name: Type.String({ minLength: 1, description: 'Name of the socket in logs and metrics' }),
    path: Type.String({ minLength: 1, description: 'Where the socket file is; at most 107 bytes' }),
    format: Type.Literal('json', {
      description: 'One JSON object a line, with or without a syslog head before it',
      default: 'json',
    }),
    source: Type.Optional(
      Type.Union([Type.Literal('A'), Type.Literal('B')], {
        description: 'A: HTTP logs, B: network logs. Needed unless the name is http_source or network_source',
      }),
    ),
    type: Type.Union([Type.Literal('stream'), Type.Literal('datagram')], {
      description:
        'stream: senders connect and are slowed down, never cut; datagram: what does not fit is dropped and counted',
      default: 'stream',
    }),
    mode: Type.String({
      pattern: '^0?[0-7]{3}$',
      description: 'Permissions of the socket file in octal; a sender needs write permission',
      default: '0660',
    }),
    ...SocketAccounts,
    max_connections: Type.Integer({
      minimum: 1,
      maximum: 65_536,
      description:
        'Connections that are read at the same time; further ones wait. Each may hold a partial line of 1 MiB',
      default: 256,
    }),
    ...DatagramOptions,
  },
  { additionalProperties: false },
);

const SpoolSection = Type.Object(
  {
    enabled: Type.Union([Type.Boolean(), Type.Null()], {
      description:
        'null: on when the event log is Kafka, off when it is embedded, which is on the same disk as the spool would be',
      default: null,
    }),
    directory: Type.Union([Type.String({ minLength: 1 }), Type.Null()], {
      description: 'Where it lies; one process at a time has it. null: spool in data_dir',
      default: null,
    }),
    max_bytes: Type.Integer({
      minimum: 16_777_216,
      maximum: 17_592_186_044_416,
      description: 'Most bytes on disk; when they are used up sockets are read no further',
      default: 4_294_967_296,
    }),
    stall_ms: Type.Integer({
      minimum: 50,
      maximum: 600_000,
      description: 'The spool is used when the event log has acknowledged nothing, or has been behind, for so long',
      default: 1000,
    }),
  },
  {
    additionalProperties: false,
    default: {},
    description: 'Holds on disk what was read while the event log does not answer.',
  },
);

/** Section `inputs`. */
export const InputsSection = Type.Object(
  {
    unix_sockets: Type.Array(UnixSocketSection, {
      description: 'The sockets that source logs come in by',
      default: [],
    }),
    raw: Type.Array(RawInputSection, {
      description: 'Where logs of other systems come in, as they are: to be parsed by their type',
      default: [],
    }),
    max_in_flight_bytes: Type.Integer({
      minimum: 1_048_576,
      maximum: 4_294_967_296,
      description: 'Bytes read and not yet acknowledged by the event log; beyond it sockets are not read',
      default: 33_554_432,
    }),
    spool: SpoolSection,
    stop_grace_s: Type.Number({
      minimum: 0,
      maximum: 600,
      description: 'How long a stop goes on reading what senders have written already',
      default: 10,
    }),
  },
  { additionalProperties: false },
);
export type InputsSection = Static<typeof InputsSection>;

export interface SocketConfig {
  readonly name: string;
  readonly path: string;
  readonly type: 'stream' | 'datagram';
  readonly source: Side;
  readonly mode: number;
  readonly owner: string | number | null;
  readonly group: string | number | null;
  readonly maxConnections: number;
  readonly maxDatagramBytes: number;
  readonly maxQueuedBytes: number;
}

/** Raw logs, where any come in. */
export interface RawConfig {
  /** Full name of the topic. */
  readonly topic: string;
  readonly inputs: readonly RawInputConfig[];
  /** Holds the file with the id of this ingestor. */
  readonly identityDirectory: string;
  /** Begins the names of the transactional ids and groups that positions in files are kept under. */
  readonly tailName: string;
}

/** A spool that is used. */
export interface SpoolConfig {
  readonly directory: string;
  readonly maxBytes: number;
  readonly stallMs: number;
  /** Begins the names of its transactional id and its group in the event log. */
  readonly name: string;
}

export interface SocketIngestorConfig {
  readonly sockets: readonly SocketConfig[];
  /** Full names. */
  readonly topics: { readonly http: string; readonly network: string; readonly deadLetter: string };
  readonly rules: Readonly<Record<Side, SourceRules>>;
  /** Null: there are none. */
  readonly raw: RawConfig | null;
  readonly maxInFlightBytes: number;
  /** Null: what the event log does not take waits in memory, and sockets are read no further. */
  readonly spool: SpoolConfig | null;
  readonly stopGraceMs: number;
}

/** What the ingestor takes from other sections, so that it checks at the door as the correlator does. */
export interface SocketIngestorContext {
  readonly topics: SocketIngestorConfig['topics'];
  readonly keyFields: readonly KeyField[];
  readonly time: Readonly<Record<Side, TimePolicy>>;
  readonly maxFutureSkewMs: number;
  /** Of raw logs, whatever inputs there are. */
  readonly raw: Omit<RawConfig, 'inputs'> & { readonly maxLogBytes: number };
  /** The spool where the section does not say it. */
  readonly spool: { readonly enabled: boolean; readonly directory: string; readonly name: string };
}

/** Sources by the names that the first configurations gave their sockets. */
const SOURCE_BY_NAME: ReadonlyMap<string, Side> = new Map([
  ['http_source', 'A'],
  ['network_source', 'B'],
]);

/** Checks what the schema cannot check. `rawLogBytes`: the longest log that topic `raw` takes. */
export function checkInputs(section: InputsSection, rawLogBytes: number): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const places = new Map<string, string>();
  const claim = (what: string, value: string, path: readonly (string | number)[], entry: string): void => {
    const first = places.get(`${what} ${value}`);
    if (first === undefined) places.set(`${what} ${value}`, entry);
    else problems.push({ path, message: `same ${what} as ${first}` });
  };
  if (section.unix_sockets.length + section.raw.length === 0) {
    problems.push({
      path: ['unix_sockets'],
      message: 'nothing comes in: name at least one socket, or an input of raw',
    });
  }
  section.unix_sockets.forEach((socket, i) => {
    if (sourceOf(socket) === undefined) {
      const message = `cannot tell whether "${socket.name}" brings HTTP or network logs: set source to A or B`;
      problems.push({ path: ['unix_sockets', i], message });
    }
    const entry = `entry ${i + 1} of unix_sockets`;
    for (const field of ['name', 'path'] as const) claim(field, socket[field], ['unix_sockets', i, field], entry);
  });
  section.raw.forEach((input, i) => {
    const entry = `entry ${i + 1} of raw`;
    claim('name', input.name, ['raw', i, 'name'], entry);
    if (input.path !== null) claim('path', input.path, ['raw', i, 'path'], entry);
    for (const { path, message } of checkRawInput(input, rawLogBytes)) {
      problems.push({ path: ['raw', i, ...path], message });
    }
  });
  return problems;
}

/** @throws Error when `checkInputs` has problems. */
export function resolveSocketIngestorConfig(
  section: InputsSection,
  context: SocketIngestorContext,
): SocketIngestorConfig {
  const { maxLogBytes, ...raw } = context.raw;
  const [problem] = checkInputs(section, maxLogBytes);
  if (problem !== undefined) throw new Error(`inputs.${problem.path.join('.')}: ${problem.message}`);
  const rules = (side: Side): SourceRules => ({
    side,
    keyFields: context.keyFields,
    time: context.time[side],
    maxFutureSkewMs: context.maxFutureSkewMs,
  });
  return {
    sockets: section.unix_sockets.map((socket) => ({
      name: socket.name,
      path: socket.path,
      type: socket.type,
      source: sourceOf(socket) as Side,
      mode: Number.parseInt(socket.mode, 8),
      owner: socket.owner,
      group: socket.group,
      maxConnections: socket.max_connections,
      maxDatagramBytes: socket.max_datagram_bytes,
      maxQueuedBytes: socket.queue_bytes,
    })),
    topics: context.topics,
    rules: { A: rules('A'), B: rules('B') },
    raw:
      section.raw.length === 0
        ? null
        : { ...raw, inputs: section.raw.map((input) => resolveRawInput(input, maxLogBytes)) },
    maxInFlightBytes: section.max_in_flight_bytes,
    spool: resolveSpool(section.spool, context.spool),
    stopGraceMs: section.stop_grace_s * 1000,
  };
}

function resolveSpool(
  section: InputsSection['spool'],
  { enabled, directory, name }: SocketIngestorContext['spool'],
): SpoolConfig | null {
  if (!(section.enabled ?? enabled)) return null;
  return {
    directory: section.directory ?? directory,
    maxBytes: section.max_bytes,
    stallMs: section.stall_ms,
    name,
  };
}

function sourceOf(socket: { readonly name: string; readonly source?: Side }): Side | undefined {
  return socket.source ?? SOURCE_BY_NAME.get(socket.name);
}
