import type { Side } from '@logweave/model';
import { HOSTS, hostOf, portOf } from './client-keys.ts';
import { CLIENT_PROFILES, REQUESTS } from './client-profiles.ts';

const ZERO = 48;

const IP_HEAD = Buffer.from('{"src_ip":"', 'latin1');
const PORT_HEAD = Buffer.from('","src_port":', 'latin1');
const TIME_HEAD = Buffer.from(',"dst_ip":"198.51.100.7","dst_port":443,"timestamp":', 'latin1');
const KEEPALIVES_HEAD = Buffer.from(',"keepalives":', 'latin1');
const REQUEST_ID_HEAD = Buffer.from(',"request_id":', 'latin1');
const FLOW_ID_HEAD = Buffer.from(',"flow_id":', 'latin1');

/** What varies from line to line, at its shortest; only to reach a wanted length. */
const VARYING_BYTES = 45;

/** What a line says besides what its side always says. */
export interface LineContent {
  readonly side: Side;
  readonly key: number;
  readonly timeMs: number;
  /** Nanoseconds within the millisecond. */
  readonly timeNs: number;
  /** Number of the event; makes each line different from all others. */
  readonly id: number;
  /** Requests of the connection before this one. */
  readonly request: number;
  /** Choose client and request; any integers not below 0. */
  readonly client: number;
  readonly asked: number;
}

/** Writes lines from templates: only key, time and counters are put together for each. */
export class LineWriter {
  readonly #httpTails: readonly Buffer[];
  readonly #networkTails: readonly Buffer[];
  /** No line is longer. */
  readonly maxLineBytes: number;

  constructor(eventBytes: number) {
    this.#httpTails = CLIENT_PROFILES.flatMap((client) =>
      REQUESTS.map(({ method, path, status, bytes }) => {
        const text = `,"scheme":"https","method":"${method}","path":"${path}","host":"shop.example.com","http_version":"HTTP/1.1","status":${status},"bytes":${bytes},"header_user_agent":"${client.userAgent}","header_accept":"${client.accept}"`;
        const head =
          IP_HEAD.length + PORT_HEAD.length + TIME_HEAD.length + KEEPALIVES_HEAD.length + REQUEST_ID_HEAD.length;
        return tail(text, 'header_cookie', eventBytes - head - VARYING_BYTES);
      }),
    );
    this.#networkTails = CLIENT_PROFILES.map((client) => {
      const text = `,"ip_meta_ttl":${client.ttl},"ip_meta_total_length":60,"ip_meta_df":true,"tcp_meta_window_size":${client.windowSize},"tcp_meta_options":"${client.tcpOptions}","tcp_meta_mss":1460,"tcp_meta_window_scale":${client.windowScale},"ja3_hash":"${client.ja3Hash}","ja4":"${client.ja4}","tls_version":"1.3","tls_sni":"shop.example.com","tls_alpn":"${client.alpn}"`;
      const head = IP_HEAD.length + PORT_HEAD.length + TIME_HEAD.length + FLOW_ID_HEAD.length;
      return tail(text, 'ja3', eventBytes - head - VARYING_BYTES);
    });
    this.maxLineBytes = 256 + Math.max(...[...this.#httpTails, ...this.#networkTails].map(({ length }) => length));
  }

  /** Writes the line without a newline at `at`, where `maxLineBytes` must be free; returns where it ends. */
  write(target: Uint8Array, at: number, content: LineContent): number {
    const isHttp = content.side === 'A';
    let to = put(target, at, IP_HEAD);
    to = put(target, to, HOSTS[hostOf(content.key)] as Uint8Array);
    to = put(target, to, PORT_HEAD);
    to = putNumber(target, to, portOf(content.key));
    to = put(target, to, TIME_HEAD);
    to = putNumber(target, to, content.timeMs);
    to = putSixDigits(target, to, content.timeNs);
    if (isHttp) {
      to = put(target, to, KEEPALIVES_HEAD);
      to = putNumber(target, to, content.request);
    }
    to = put(target, to, isHttp ? REQUEST_ID_HEAD : FLOW_ID_HEAD);
    to = putNumber(target, to, content.id);
    const client = content.client % CLIENT_PROFILES.length;
    if (!isHttp) return put(target, to, this.#networkTails[client] as Uint8Array);
    return put(target, to, this.#httpTails[client * REQUESTS.length + (content.asked % REQUESTS.length)] as Uint8Array);
  }
}

/** Closes the object, after a field that makes up for what is missing in length. */
function tail(text: string, padName: string, wantedBytes: number): Buffer {
  const missing = wantedBytes - text.length - padName.length - 7;
  const pad =
    missing > 0 ? `,"${padName}":"${'4865-4866-4867-49195-49199-'.repeat(missing / 27 + 1).slice(0, missing)}"` : '';
  return Buffer.from(`${text}${pad}}`, 'latin1');
}

function put(target: Uint8Array, at: number, bytes: Uint8Array): number {
  target.set(bytes, at);
  return at + bytes.length;
}

function putNumber(target: Uint8Array, at: number, value: number): number {
  let digits = 1;
  for (let bound = 10; bound <= value; bound *= 10) digits++;
  let rest = value;
  for (let i = at + digits - 1; i >= at; i--) {
    const next = Math.floor(rest / 10);
    target[i] = ZERO + rest - next * 10;
    rest = next;
  }
  return at + digits;
}

function putSixDigits(target: Uint8Array, at: number, value: number): number {
  let rest = value;
  for (let i = at + 5; i >= at; i--) {
    const next = (rest / 10) | 0;
    target[i] = ZERO + rest - next * 10;
    rest = next;
  }
  return at + 6;
}
