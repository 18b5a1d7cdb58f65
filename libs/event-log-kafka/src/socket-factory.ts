import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type TlsConfig, tlsOptions } from './kafka-config.ts';
import type { SocketFactory } from './kafkajs.ts';

const KEEP_ALIVE_MS = 60_000;

/** Connects to brokers; certificates are read anew for each connection. */
export function socketFactory(tls: TlsConfig | null): SocketFactory {
  return ({ host, port, onConnect }) => {
    const socket: Socket =
      tls === null
        ? connectPlain({ host, port }, onConnect)
        : connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }), ...tlsOptions(tls) }, onConnect);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.setNoDelay(true);
    return socket;
  };
}
