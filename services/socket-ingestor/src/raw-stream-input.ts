import {
  type LineLimits,
  type StreamConnection,
  type StreamReceiver,
  SyslogFramer,
  TcpServer,
  UnixStreamServer,
} from '@logweave/intake';
import { canonicalIp, LIMITS } from '@logweave/model';
import { MAX_WAITING_CONNECTIONS } from './event-input.ts';
import type { Input, InputDeps } from './input.ts';
import { settleTally } from './input-tally.ts';
import type { RawInputOf, TlsFiles } from './raw-config.ts';
import type { RawIntake } from './raw-intake.ts';
import { StreamInput, type StreamServer } from './stream-input.ts';
import { readTlsIdentity, TlsInput } from './tls-input.ts';

type StreamConfig = RawInputOf<'unix_stream'> | RawInputOf<'tcp'>;

export interface RawStreamDeps extends InputDeps {
  /** A new certificate is shown from now on, or cannot be. */
  certificateChanged(error: Error | null): void;
  /** A handshake has failed; called for each. */
  handshakeFailed(reason: string, peer: string | null, error: Error): void;
}

/** Raw logs over connections: a unix socket, TCP, or TLS. @throws TlsFileError when a file is not as it has to be */
export function createRawStreamInput(config: StreamConfig, intake: RawIntake, deps: RawStreamDeps): Input {
  const accept = (connection: StreamConnection): StreamReceiver => receiverOf(config, connection, intake, deps);
  const acceptFailed = (error: Error): void => deps.refused(error);
  const { name, maxConnections, idleTimeoutMs } = config;
  const limits = {
    maxConnections,
    maxWaitingConnections: MAX_WAITING_CONNECTIONS,
    ...(idleTimeoutMs === null ? {} : { idle: { timeoutMs: idleTimeoutMs, clock: deps.clock } }),
  };
  if (config.type === 'unix_stream') {
    const { path, access } = config;
    const server: StreamServer = new UnixStreamServer({ path, access, ...limits }, { accept, acceptFailed });
    return new StreamInput(name, path, server, deps.metrics);
  }
  const { address, port } = config;
  const place = `${address.includes(':') ? `[${address}]` : address}:${port}`;
  const create = (tls: TlsFiles | null): TcpServer =>
    new TcpServer(
      {
        address,
        port,
        ...limits,
        tls: tls === null ? null : { ...readTlsIdentity(name, tls), minVersion: tls.minVersion },
      },
      {
        accept,
        acceptFailed,
        handshakeFailed: (reason, peer, error) => {
          deps.metrics.tlsFailures.inc({ socket: name, reason });
          deps.handshakeFailed(reason, peer, error);
        },
      },
    );
  if (config.tls === null) return new StreamInput(name, place, create(null), deps.metrics);
  return new TlsInput(name, place, config.tls, create(config.tls), deps);
}

function receiverOf(
  { name, framing, maxLogBytes }: StreamConfig,
  connection: StreamConnection,
  intake: RawIntake,
  { clock, metrics }: InputDeps,
): StreamReceiver {
  const limits: LineLimits = { maxLineBytes: maxLogBytes, previewBytes: LIMITS.deadLetterPreviewBytes };
  const framer = new SyslogFramer(framing, limits, intake);
  const source = intake.sourceOf(connection.peer === null ? null : (canonicalIp(connection.peer) ?? connection.peer));
  return {
    data: (chunk) => {
      intake.begin(source, clock.wallMs());
      framer.push(chunk);
      settleTally(intake.tally, name, metrics);
      if (framer.isLost) connection.close();
    },
    end: () => {
      intake.begin(source, clock.wallMs());
      framer.end();
      settleTally(intake.tally, name, metrics);
    },
  };
}
