import { isIP } from 'node:net';
import type { SyslogFraming } from '@logweave/intake';
import { LIMITS } from '@logweave/model';
import type { ConfigProblem } from './config-problem.ts';
import type { RawInputSection } from './raw-section.ts';

/** What every log of an input is given. */
export interface RawOrigin {
  readonly name: string;
  readonly logType: string;
  readonly namespace: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly maxLogBytes: number;
}

interface SocketFile {
  readonly path: string;
  readonly access: {
    readonly mode: number;
    readonly owner: string | number | null;
    readonly group: string | number | null;
  };
}

interface Connections {
  readonly framing: SyslogFraming;
  readonly maxConnections: number;
  readonly idleTimeoutMs: number | null;
}

interface Datagrams {
  readonly maxDatagramBytes: number;
  readonly maxQueuedBytes: number;
}

interface Port {
  readonly address: string;
  readonly port: number;
}

/** Paths of PEM files. */
export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
  readonly clientAuthority: string | null;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
}

export type RawInputConfig = RawOrigin &
  (
    | ({ readonly type: 'unix_stream' } & SocketFile & Connections)
    | ({ readonly type: 'unix_datagram' } & SocketFile & Datagrams)
    | ({ readonly type: 'tcp'; readonly tls: TlsFiles | null } & Port & Connections)
    | ({ readonly type: 'udp'; readonly receiveBufferBytes: number } & Port & Datagrams)
    | {
        readonly type: 'file';
        readonly path: string;
        readonly startAt: 'beginning' | 'end';
        readonly pollMs: number;
      }
  );
export type RawInputOf<T extends RawInputConfig['type']> = Extract<RawInputConfig, { readonly type: T }>;

const NEEDS_PATH: ReadonlySet<RawInputSection['type']> = new Set(['unix_stream', 'unix_datagram', 'file']);

/** What the schema cannot say of one entry; paths begin within it. `rawLogBytes`: what topic `raw` takes. */
export function* checkRawInput(input: RawInputSection, rawLogBytes: number): Generator<ConfigProblem> {
  const { type, path, port, address, tls } = input;
  if (NEEDS_PATH.has(type)) {
    if (path === null) yield { path: ['path'], message: `an input of type ${type} needs a path` };
    if (port !== null) yield { path: ['port'], message: `an input of type ${type} has no port` };
  } else {
    if (port === null) yield { path: ['port'], message: `an input of type ${type} needs a port` };
    if (path !== null) yield { path: ['path'], message: `an input of type ${type} has no path` };
    if (isIP(address) === 0) yield { path: ['address'], message: `"${address}" is no IP address` };
  }
  const { certificate, key, client_authority: clientAuthority } = tls;
  if (type === 'tls') {
    if (certificate === null)
      yield { path: ['tls', 'certificate'], message: 'an input of type tls needs a certificate' };
    if (key === null) yield { path: ['tls', 'key'], message: 'an input of type tls needs the key of its certificate' };
  } else if (certificate !== null || key !== null || clientAuthority !== null) {
    yield { path: ['tls'], message: `an input of type ${type} has no TLS: type tls has it` };
  }
  if (input.max_log_bytes !== null && input.max_log_bytes > rawLogBytes) {
    const message = `is above topics.raw_log_bytes, which is ${rawLogBytes}`;
    yield { path: ['max_log_bytes'], message };
  }
  yield* checkLabels(input);
}

function* checkLabels({ labels, namespace }: RawInputSection): Generator<ConfigProblem> {
  const seen = new Map<string, number>();
  for (const [i, { key }] of labels.entries()) {
    const first = seen.get(key);
    if (first === undefined) seen.set(key, i);
    else yield { path: ['labels', i, 'key'], message: `same key as entry ${first + 1} of the list` };
  }
  const bytes = Buffer.byteLength(JSON.stringify(labelsOf(labels)));
  if (bytes > LIMITS.labelsBytes) {
    yield { path: ['labels'], message: `are ${bytes} bytes of JSON, and ${LIMITS.labelsBytes} may be` };
  }
  if (namespace !== null && Buffer.byteLength(namespace) > LIMITS.namespaceBytes) {
    yield { path: ['namespace'], message: `is over ${LIMITS.namespaceBytes} bytes long` };
  }
}

/** Of an entry that `checkRawInput` finds nothing wrong with. */
export function resolveRawInput(input: RawInputSection, rawLogBytes: number): RawInputConfig {
  const origin: RawOrigin = {
    name: input.name,
    logType: input.log_type,
    namespace: input.namespace,
    labels: labelsOf(input.labels),
    maxLogBytes: input.max_log_bytes ?? rawLogBytes,
  };
  const { owner, group } = input;
  const path = input.path ?? '';
  const socketFile: SocketFile = { path, access: { mode: Number.parseInt(input.mode, 8), owner, group } };
  const port: Port = { address: input.address, port: input.port ?? 0 };
  const connections: Connections = {
    framing: input.framing,
    maxConnections: input.max_connections,
    idleTimeoutMs: input.idle_timeout_s === null ? null : input.idle_timeout_s * 1000,
  };
  const datagrams: Datagrams = { maxDatagramBytes: input.max_datagram_bytes, maxQueuedBytes: input.queue_bytes };
  switch (input.type) {
    case 'unix_stream':
      return { ...origin, type: 'unix_stream', ...socketFile, ...connections };
    case 'unix_datagram':
      return { ...origin, type: 'unix_datagram', ...socketFile, ...datagrams };
    case 'tcp':
    case 'tls':
      return {
        ...origin,
        type: 'tcp',
        ...port,
        ...connections,
        tls: input.type === 'tls' ? tlsFiles(input.tls) : null,
      };
    case 'udp':
      return { ...origin, type: 'udp', ...port, ...datagrams, receiveBufferBytes: input.receive_buffer_bytes };
    case 'file':
      return { ...origin, type: 'file', path, startAt: input.start_at, pollMs: input.poll_ms };
    default:
      return input.type satisfies never;
  }
}

/** A null prototype, as keys are whatever somebody has written. */
function labelsOf(labels: RawInputSection['labels']): Readonly<Record<string, string>> {
  const found = Object.create(null) as Record<string, string>;
  for (const { key, value } of labels) found[key] = value;
  return found;
}

function tlsFiles(tls: RawInputSection['tls']): TlsFiles {
  return {
    certificate: tls.certificate ?? '',
    key: tls.key ?? '',
    clientAuthority: tls.client_authority,
    minVersion: tls.min_version,
  };
}
