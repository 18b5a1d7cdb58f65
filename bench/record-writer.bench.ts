import { Correlation, type CorrelationRules, type HeldEvent, RecordWriter } from '@logweave/correlation';

/**
 * What writing a record costs: nanoseconds of CPU a record and bytes a second, for events as a web server (362 bytes) and a
 * probe on the wire (444 bytes) write them. Medians of several runs.
 */
const PAIRS = 20_000;
const ROUNDS = 4;
const RUNS = 5;
const BASE_NS = 1_795_535_999_000_000_000n;

type Pair = readonly [a: HeldEvent, b: HeldEvent];
type Lines = (i: number, ip: string) => readonly [http: string, network: string];

function address(i: number): string {
  return `${11 + (i & 63)}.${(i >> 6) & 255}.${(i >> 14) & 255}.7`;
}

const usual: Lines = (i, ip) => {
  const head = `"src_ip":"${ip}","src_port":${10_024 + (i % 50_000)},"dst_ip":"198.51.100.7","dst_port":443`;
  const http =
    `{${head},"timestamp":${BASE_NS + BigInt(i) * 50_000n},"scheme":"https","method":"GET",` +
    `"path":"/shop/item/${100_000 + i}","host":"shop.example.com","http_version":"HTTP/2.0","status":200,` +
    `"bytes":5512,"conn_id":"c${100_000 + i}","header_user_agent":"Mozilla/5.0 (X11; Linux x86_64) Chrome/150.0 X Safari/537.36 Edg/150"}`;
  const network =
    `{${head},"timestamp":${BASE_NS + BigInt(i) * 50_000n - 5_000_000n},"ip_meta_ttl":64,"ip_meta_total_length":60,` +
    '"ip_meta_id":44321,"ip_meta_df":true,"tcp_meta_window_size":64240,"tcp_meta_options":"MSS,SACK,TS,NOP,WS",' +
    '"tcp_meta_mss":1460,"tcp_meta_window_scale":10,"ja3_hash":"78f0dc5ac5b19daf131a133cfdee9691",' +
    '"ja4":"t13i3111h2_e8f1e7e78f70_b26ce05bbdd6","tls_version":"1.3","syn_to_clienthello_ms":14}';
  return [http, network];
};

/** White space as most JSON printers put it. */
function spaced(line: string): string {
  return line.replaceAll('":', '": ').replaceAll(',"', ', "');
}

const CASES: readonly { readonly title: string; readonly lines: Lines }[] = [
  { title: 'as usual', lines: usual },
  {
    title: 'white space between tokens',
    lines: (i, ip) => {
      const [http, network] = usual(i, ip);
      return [spaced(http), spaced(network)];
    },
  },
  {
    title: 'IPv6 addresses',
    lines: (i) => usual(i, `2001:db8::${(i & 65_535).toString(16)}:1`),
  },
  {
    title: 'a name clashes, a port is a string',
    lines: (i, ip) => {
      const [http, network] = usual(i, ip);
      return [http, network.replace(/"src_port":([0-9]+)/, '"src_port":"$1"').replace('ip_meta_id', 'bytes')];
    },
  },
];

/** The engine makes the events, as it does for the correlator. */
function makePairs(lines: Lines): Pair[] {
  const source = { keyFields: ['src_ip', 'src_port'], time: 'event', maxFutureSkewMs: 300_000 } as const;
  const rules: CorrelationRules = {
    mode: 'one_to_many',
    beforeNs: 1e9,
    afterNs: 1e9,
    skewNs: 10e6,
    networkTtlNs: 120e9,
    latenessNs: 500e6,
    lateGraceNs: 60e9,
    reasonMemoryNs: 60e9,
    replaySpanNs: null,
    sources: { A: { ...source, side: 'A' }, B: { ...source, side: 'B' } },
    emitOrphans: { A: true, B: true },
    excludeSourceIps: [],
    includeDestPorts: [],
    maxHeldEvents: Number.POSITIVE_INFINITY,
    maxHeldBytes: Number.POSITIVE_INFINITY,
    maxPerKey: Number.POSITIVE_INFINITY,
    overflow: 'pause',
  };
  const pairs: Pair[] = [];
  const engine = new Correlation(rules, {
    pair: (a, b) => pairs.push([a, b]),
    orphan: (event, reason) => {
      throw new Error(`an orphan that should not be: ${event.offset} ${reason}`);
    },
  });
  for (let i = 0; i < PAIRS; i++) {
    const [http, network] = lines(i, address(i));
    for (const [side, line] of [
      [1, network],
      [0, http],
    ] as const) {
      const bytes = Buffer.from(line);
      const rejection = engine.add(side, i, null, bytes, 0, bytes.length);
      if (rejection !== null) throw new Error(`not an event: ${line}`);
    }
  }
  engine.end();
  return pairs;
}

interface Measured {
  readonly nsPerRecord: number;
  readonly bytesPerRecord: number;
}

function measure(records: number, write: () => number): Measured {
  const results: Measured[] = [];
  for (let run = 0; run < RUNS; run++) {
    const from = process.cpuUsage();
    let bytes = 0;
    for (let round = 0; round < ROUNDS; round++) bytes += write();
    const { user, system } = process.cpuUsage(from);
    const ns = (user + system) * 1000;
    results.push({ nsPerRecord: ns / (records * ROUNDS), bytesPerRecord: bytes / (records * ROUNDS) });
  }
  results.sort((a, b) => a.nsPerRecord - b.nsPerRecord);
  return results[RUNS >> 1] as Measured;
}

function report(title: string, { nsPerRecord, bytesPerRecord }: Measured): void {
  const rate = ((bytesPerRecord / nsPerRecord) * 1000).toFixed(0);
  console.log(
    `${title.padEnd(46)} ${nsPerRecord.toFixed(0).padStart(6)} ns  ${bytesPerRecord.toFixed(0).padStart(4)} B  ${rate.padStart(5)} MB/s`,
  );
}

for (const { title, lines } of CASES) {
  const pairs = makePairs(lines);
  const writer = new RecordWriter('one_to_many');
  report(
    `pair: ${title}`,
    measure(pairs.length, () => {
      let bytes = 0;
      for (const [a, b] of pairs) bytes += writer.pair(a, b, 0).length;
      return bytes;
    }),
  );
  if (lines !== usual) continue;
  const [first] = pairs;
  if (first !== undefined) console.log(`  (${first[0].end - first[0].start} B and ${first[1].end - first[1].start} B)`);
  for (const [side, name] of ['A', 'B'].entries()) {
    report(
      `orphan ${name}: ${title}`,
      measure(pairs.length, () => {
        let bytes = 0;
        for (const pair of pairs) bytes += writer.orphan(pair[side] as HeldEvent, 'no_partner', -1).length;
        return bytes;
      }),
    );
  }
}
