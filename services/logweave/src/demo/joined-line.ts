import { printable } from './printable.ts';

/** What a line for people shows of an output record; everything but the first three may be missing. */
interface ShownRecord {
  readonly timestamp: string;
  readonly src_ip: string;
  readonly src_port: number;
  readonly correlated: boolean;
  readonly orphan_side: string;
  readonly orphan_reason?: string;
  readonly keepalives?: number;
  readonly method?: string;
  readonly host?: string;
  readonly path?: string;
  readonly status?: number;
  readonly ja4?: string;
  readonly header_user_agent?: string;
  readonly dst_port?: number;
}

const WIDTH = { client: 22, outcome: 10, request: 34, ja4: 38 };

/** One output record as one line for people: when, who, what came of it, the request, the fingerprint, the claim. */
export function joinedLine(value: Uint8Array): string {
  const record = JSON.parse(new TextDecoder().decode(value)) as ShownRecord;
  const client = `${record.src_ip.includes(':') ? `[${record.src_ip}]` : record.src_ip}:${record.src_port}`;
  const outcome = record.correlated ? `joined #${record.keepalives ?? 0}` : `orphan ${record.orphan_side}`;
  const request =
    record.method === undefined
      ? `(no request) port ${record.dst_port ?? '?'}`
      : `${record.method} ${record.host ?? ''}${record.path ?? ''} ${record.status ?? ''}`;
  const why = record.correlated ? (record.ja4 ?? 'no TLS') : (record.orphan_reason ?? '');
  const columns = [
    printable(clockTime(record.timestamp)),
    fit(client, WIDTH.client),
    fit(outcome, WIDTH.outcome),
    fit(request, WIDTH.request),
    fit(why, WIDTH.ja4),
    printable(record.header_user_agent ?? '').slice(0, 40),
  ];
  return columns.join('  ').trimEnd();
}

/** `16:00:03.120` out of RFC 3339. */
function clockTime(timestamp: string): string {
  const [time = '', fraction = ''] = timestamp.slice(11, -1).split('.');
  return `${time}.${fraction.slice(0, 3).padEnd(3, '0')}`;
}

function fit(text: string, width: number): string {
  const plain = printable(text);
  return plain.length > width ? `${plain.slice(0, width - 1)}…` : plain.padEnd(width);
}
