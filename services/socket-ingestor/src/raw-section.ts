import { LIMITS } from '@logweave/model';
import { type Static, Type } from 'typebox';
import { DatagramOptions, SocketAccounts } from './socket-options.ts';

const TextOrNull = (description: string) =>
  Type.Union([Type.String({ minLength: 1 }), Type.Null()], { description, default: null });

const TlsSection = Type.Object(
  {
    certificate: TextOrNull('PEM file of the certificate, with what stands between it and a known authority'),
    key: TextOrNull('PEM file of its key. Both are read again when they change, and on SIGHUP'),
    client_authority: TextOrNull(
      'PEM file of who signs certificates of senders; with it, who has none is refused. null: senders need none',
    ),
    min_version: Type.Enum(['TLSv1.2', 'TLSv1.3'], { description: 'Older versions are refused', default: 'TLSv1.2' }),
  },
  { additionalProperties: false, default: {}, description: 'tls: certificate and key are needed' },
);

const LabelSection = Type.Object(
  {
    key: Type.String({ minLength: 1, maxLength: 256, description: 'Name of the label' }),
    value: Type.String({ maxLength: 4096, description: 'Its value' }),
  },
  { additionalProperties: false },
);

/** One entry of `inputs.raw`. */
export const RawInputSection = Type.Object(
  {
    name: Type.String({
      pattern: '^[A-Za-z0-9._-]{1,64}$',
      description: 'Name of the input in logs, metrics and records: letters, digits, dot, underscore, hyphen',
    }),
    type: Type.Enum(['unix_stream', 'unix_datagram', 'tcp', 'tls', 'udp', 'file'], {
      description:
        'unix_stream, tcp and tls: senders connect and are slowed down, never cut; unix_datagram and udp: one log each, what does not fit is dropped and counted; file: followed through its rotations, each line once',
    }),
    log_type: Type.String({
      pattern: '^[A-Z][A-Z0-9_]{0,127}$',
      description: 'Type of the logs that come here, in capital letters: it chooses their parser',
    }),
    namespace: Type.Union([Type.String({ minLength: 1, maxLength: 256 }), Type.Null()], {
      description: 'Namespace of their addresses; null: none',
      default: null,
    }),
    labels: Type.Array(LabelSection, {
      maxItems: LIMITS.labels,
      description: 'Given to each of them',
      default: [],
    }),
    path: TextOrNull('unix_stream, unix_datagram and file: where it is'),
    address: Type.String({
      minLength: 1,
      description:
        'tcp, tls and udp: the IP address to receive on. :: is all of them; there is no password, so mind who can reach it',
      default: '127.0.0.1',
    }),
    port: Type.Union([Type.Integer({ minimum: 1, maximum: 65_535 }), Type.Null()], {
      description: 'tcp, tls and udp: needed. 514 and 6514 are those of syslog',
      default: null,
    }),
    framing: Type.Enum(['auto', 'newline', 'octet_counting'], {
      description:
        'unix_stream, tcp and tls: what ends a log. auto: a newline, or its length where it begins with one (12 <34>…); newline: for logs that are not syslog and may begin so',
      default: 'auto',
    }),
    max_log_bytes: Type.Union([Type.Integer({ minimum: 480, maximum: LIMITS.rawLogBytesMax }), Type.Null()], {
      description: 'Longest log. null: topics.raw_log_bytes, which it cannot be above',
      default: null,
    }),
    mode: Type.String({
      pattern: '^0?[0-7]{3}$',
      description: 'unix_stream and unix_datagram: permissions of the socket file in octal',
      default: '0660',
    }),
    ...SocketAccounts,
    max_connections: Type.Integer({
      minimum: 1,
      maximum: 65_536,
      description: 'Connections that are read at the same time; further ones wait. Each may hold a partial log',
      default: 256,
    }),
    idle_timeout_s: Type.Union([Type.Number({ minimum: 1, maximum: 604_800 }), Type.Null()], {
      description: 'A connection that brings nothing for so long is closed. null: none is',
      default: 600,
    }),
    ...DatagramOptions,
    receive_buffer_bytes: Type.Integer({
      minimum: 4096,
      maximum: 1_073_741_823,
      description: 'udp: what the kernel is asked to hold. It gives at most net.core.rmem_max, and drops beyond it',
      default: 8_388_608,
    }),
    start_at: Type.Enum(['beginning', 'end'], {
      description: 'file: where to begin in a file that is seen for the first time',
      default: 'beginning',
    }),
    poll_ms: Type.Integer({
      minimum: 10,
      maximum: 60_000,
      description: 'file: how often to look for new lines',
      default: 250,
    }),
    tls: TlsSection,
  },
  { additionalProperties: false },
);
export type RawInputSection = Static<typeof RawInputSection>;
