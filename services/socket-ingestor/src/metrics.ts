import { Counter, Gauge, type Registry } from 'prom-client';

/** Why a datagram was lost before it could be read. */
const DATAGRAM_LOSS_REASONS = [
  /** The event log was behind for longer than the queue of this socket lasts. */
  'queue_full',
  /** The same, and the spool holds as much as it may. */
  'spool_full',
  /** The same, and the disk of the spool is full or broken. */
  'spool_unwritable',
  /** The kernel's buffer of a UDP port was full. */
  'kernel_buffer_full',
  /** The service was stopped and its grace ended before the event log took it. */
  'grace_over',
] as const;
export type DatagramLossReason = (typeof DATAGRAM_LOSS_REASONS)[number];

/** All metrics of the socket ingestor. */
export interface IngestorMetrics {
  readonly lines: Counter<'socket'>;
  readonly bytes: Counter<'socket'>;
  readonly deadLetters: Counter<'socket' | 'reason'>;
  readonly futureTimestamps: Counter<'socket'>;
  readonly datagramsLost: Counter<'socket' | 'reason'>;
  readonly connections: Gauge<'socket' | 'state'>;
  readonly connectionsAccepted: Counter<'socket'>;
  readonly connectionsRefused: Counter<'socket'>;
  readonly connectionsIdle: Counter<'socket'>;
  readonly tlsFailures: Counter<'socket' | 'reason'>;
  readonly certificatesLoaded: Counter<'socket'>;
  readonly fileChanges: Counter<'socket' | 'change'>;
  readonly fileUnreadBytes: Gauge<'socket'>;
  readonly socketsReopened: Counter<'socket'>;
  readonly appendedRecords: Counter;
  readonly inFlightBytes: Gauge;
  readonly backpressureSeconds: Counter;
  readonly spoolBytes: Gauge;
  readonly spooledRecords: Counter;
  readonly spoolFoundInLog: Counter;
  readonly spoolDamage: Counter;
  readonly spoolDamagedBytes: Counter;
}

/** What is read off the inputs when somebody asks for the metrics; called before each scrape. */
export type Refresh = (metrics: IngestorMetrics) => void;

export function createIngestorMetrics(registry: Registry, refresh: Refresh): IngestorMetrics {
  const registers = [registry];
  const metrics: IngestorMetrics = {
    // First, as metrics are collected in this order and this one brings the others up to date.
    inFlightBytes: new Gauge({
      name: 'logweave_ingest_in_flight_bytes',
      help: 'Bytes read and not yet acknowledged by the event log. When it stays near its limit, the log is too slow.',
      registers,
      collect: () => refresh(metrics),
    }),
    lines: new Counter({
      name: 'logweave_ingest_lines_total',
      help: 'Lines read from a socket, dead letters among them. When it stands still, look at the senders.',
      labelNames: ['socket'],
      registers,
    }),
    bytes: new Counter({
      name: 'logweave_ingest_bytes_total',
      help: 'Bytes of the lines read from a socket, without newlines.',
      labelNames: ['socket'],
      registers,
    }),
    deadLetters: new Counter({
      name: 'logweave_ingest_dead_letters_total',
      help: 'Lines that went to the dead-letter topic. When it rises, read them there: their headers say why.',
      labelNames: ['socket', 'reason'],
      registers,
    }),
    futureTimestamps: new Counter({
      name: 'logweave_ingest_future_timestamps_total',
      help: 'Events whose time was too far ahead of their arrival. When it rises, set the clock of the sender right.',
      labelNames: ['socket'],
      registers,
    }),
    datagramsLost: new Counter({
      name: 'logweave_ingest_datagrams_lost_total',
      help: 'Datagrams dropped since the event log was behind. When it rises, make the log faster or use a stream socket.',
      labelNames: ['socket', 'reason'],
      registers,
    }),
    connections: new Gauge({
      name: 'logweave_ingest_connections_count',
      help: 'Connections by state. When any are waiting, raise max_connections or look for senders that never close.',
      labelNames: ['socket', 'state'],
      registers,
    }),
    connectionsAccepted: new Counter({
      name: 'logweave_ingest_connections_accepted_total',
      help: 'Connections accepted. When it rises fast, a sender connects anew for every line: let it keep its connection.',
      labelNames: ['socket'],
      registers,
    }),
    connectionsRefused: new Counter({
      name: 'logweave_ingest_connections_refused_total',
      help: 'Connections closed at once, as too many wait or descriptors run out. When it rises, raise the limit that is reached.',
      labelNames: ['socket'],
      registers,
    }),
    connectionsIdle: new Counter({
      name: 'logweave_ingest_connections_idle_total',
      help: 'Connections closed as they brought nothing for idle_timeout_s. When it rises, a sender keeps more than it uses.',
      labelNames: ['socket'],
      registers,
    }),
    tlsFailures: new Counter({
      name: 'logweave_ingest_tls_failures_total',
      help: 'TLS handshakes that failed, by reason. When it rises, look at the log for who tries, and at their certificates.',
      labelNames: ['socket', 'reason'],
      registers,
    }),
    certificatesLoaded: new Counter({
      name: 'logweave_ingest_certificates_loaded_total',
      help: 'Certificates that were read anew and are shown to new connections. When a renewal is not here, look at the log.',
      labelNames: ['socket'],
      registers,
    }),
    fileChanges: new Counter({
      name: 'logweave_ingest_file_changes_total',
      help: 'Files that were rotated away, cut short, or lost from sight. When lost rises, lines may be missing: keep rotated files longer.',
      labelNames: ['socket', 'change'],
      registers,
    }),
    fileUnreadBytes: new Gauge({
      name: 'logweave_ingest_file_unread_bytes',
      help: 'Bytes of the file that is being read which are not in the event log. When it rises, the log is too slow.',
      labelNames: ['socket'],
      registers,
    }),
    socketsReopened: new Counter({
      name: 'logweave_ingest_sockets_reopened_total',
      help: 'Socket files that were gone and were made anew. When it rises, find out what removes them.',
      labelNames: ['socket'],
      registers,
    }),
    appendedRecords: new Counter({
      name: 'logweave_ingest_appended_records_total',
      help: 'Records that the event log has acknowledged. When it falls behind the lines, the log is slow.',
      registers,
    }),
    backpressureSeconds: new Counter({
      name: 'logweave_ingest_backpressure_seconds_total',
      help: 'Time in which sockets were not read since the event log was behind. When it rises, senders are blocked.',
      registers,
    }),
    spoolBytes: new Gauge({
      name: 'logweave_ingest_spool_bytes',
      help: 'Bytes on disk that wait for the event log. When it rises, the log does not answer; at max_bytes senders block.',
      registers,
    }),
    spooledRecords: new Counter({
      name: 'logweave_ingest_spooled_records_total',
      help: 'Records put into the spool. When it rises though the log is well, the log is too slow for stall_ms.',
      registers,
    }),
    spoolFoundInLog: new Counter({
      name: 'logweave_ingest_spool_found_in_log_total',
      help: 'Records of the spool that were in the log already, as an answer was lost by a crash; they are not sent again.',
      registers,
    }),
    spoolDamage: new Counter({
      name: 'logweave_ingest_spool_damaged_places_total',
      help: 'Places at which the spool was not as written: one after a crash is a cut tail, more are a bad disk.',
      registers,
    }),
    spoolDamagedBytes: new Counter({
      name: 'logweave_ingest_spool_damaged_bytes_total',
      help: 'Bytes of the spool that were lost so. When it rises, check the disk.',
      registers,
    }),
  };
  return metrics;
}
