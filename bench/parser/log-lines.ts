import { Random } from '@logweave/generate';

/** Log lines as a busy web server's day has them, the same for the same seed. */
export interface LogLines {
  readonly squid: readonly string[];
  readonly apache: readonly string[];
  readonly zeek: readonly string[];
  readonly kv: readonly string[];
  readonly csv: readonly string[];
}

const FROM_SECONDS = 1_790_000_000;
const PATHS = [
  '/',
  '/style.css',
  '/images/logo.png',
  '/api/v1/orders?page=2&sort=date',
  '/login',
  '/reports/2026/q3.pdf',
];
const AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15',
  'curl/8.9.1',
];
const RESULTS = ['TCP_MISS/200', 'TCP_HIT/200', 'TCP_MEM_HIT/304', 'TCP_DENIED/403', 'TCP_TUNNEL/200'];
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

export function makeLogLines(count: number, seed = 7): LogLines {
  const random = new Random(seed);
  const pick = <T>(list: readonly T[]): T => list[random.below(list.length)] as T;
  const client = () => `192.0.2.${1 + random.below(254)}`;
  const lines = (make: (seconds: number) => string) =>
    Array.from({ length: count }, (_, at) => make(FROM_SECONDS + at + random.below(5)));
  return {
    squid: lines((seconds) => {
      const [result, url, bytes] = [
        pick(RESULTS),
        `http://shop.example:8081${pick(PATHS)}`,
        200 + random.below(90_000),
      ];
      const milliseconds = String(random.below(1000)).padStart(3, '0');
      const elapsed = String(random.below(900)).padStart(6);
      return `${seconds}.${milliseconds} ${elapsed} ${client()} ${result} ${bytes} GET ${url} - HIER_DIRECT/203.0.113.${random.below(255)} text/html`;
    }),
    apache: lines((seconds) => {
      const [path, status, bytes] = [pick(PATHS), pick([200, 200, 304, 404, 500]), random.below(90_000)];
      return `${client()} - ${pick(['-', 'ann', 'bob'])} [${apacheTime(seconds)}] "GET ${path} HTTP/1.1" ${status} ${bytes} "https://news.example/" "${pick(AGENTS)}"`;
    }),
    zeek: lines((seconds) => JSON.stringify(zeekConnection(seconds, client(), random))),
    kv: lines((seconds) => {
      const [bytes, port] = [random.below(90_000), 1024 + random.below(60_000)];
      return `time=${seconds} devname="edge-1" type="traffic" action="${pick(['accept', 'deny'])}" srcip=${client()} srcport=${port} dstip=203.0.113.9 dstport=443 proto=6 sentbyte=${bytes} rcvdbyte=${bytes * 3} user="ann" url="https://shop.example${pick(PATHS)}" policyid=${random.below(90)}`;
    }),
    csv: lines((seconds) => {
      const fields = [
        seconds,
        client(),
        1024 + random.below(60_000),
        '203.0.113.9',
        443,
        'tcp',
        pick(['allow', 'block']),
      ];
      return `${fields.join(',')},"shop.example${pick(PATHS)}",${random.below(90_000)},"${pick(AGENTS).replaceAll('"', '""')}"`;
    }),
  };
}

function apacheTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  const day = String(date.getUTCDate()).padStart(2, '0');
  return `${day}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}:${date.toISOString().slice(11, 19)} +0000`;
}

function zeekConnection(seconds: number, client: string, random: Random): object {
  const bytes = random.below(90_000);
  return {
    _path: 'conn',
    ts: seconds + 0.25,
    uid: `C${random.uint32().toString(36)}x`,
    'id.orig_h': client,
    'id.orig_p': 1024 + random.below(60_000),
    'id.resp_h': '203.0.113.9',
    'id.resp_p': 443,
    proto: 'tcp',
    service: 'ssl',
    duration: 1.5,
    orig_bytes: bytes,
    resp_bytes: bytes * 3,
    conn_state: 'SF',
    local_orig: true,
    local_resp: false,
    missed_bytes: 0,
    history: 'ShADadFf',
    orig_pkts: 12,
    orig_ip_bytes: bytes + 640,
    resp_pkts: 15,
    resp_ip_bytes: bytes * 3 + 800,
  };
}
