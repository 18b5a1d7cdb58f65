import { Correlation, type CorrelationRules, RecordWriter } from '@logweave/correlation';

/**
 * The engine alone, bytes in to bytes out: events of about 450 bytes over distinct keys, both modes, and again with a
 * million events held. Prints medians of several runs and the CPU each event took.
 */
const EVENTS = 1_000_000;
const RUNS = 3;
const BASE_NS = 1_795_535_999_000_000_000n;

interface Line {
  readonly side: 0 | 1;
  readonly bytes: Buffer;
  readonly offset: number;
}

function http(i: number, ns: bigint): string {
  const ip = `${11 + (i & 63)}.${(i >> 6) & 255}.${(i >> 14) & 255}.7`;
  return (
    `{"src_ip":"${ip}","src_port":${1024 + (i % 60000)},"dst_ip":"198.51.100.7","dst_port":443,"timestamp":${ns},` +
    `"scheme":"https","method":"GET","path":"/shop/item/${i}","query":"ref=home&lang=en","host":"shop.example.com",` +
    `"http_version":"HTTP/2.0","status":200,"bytes":5512,"conn_id":"c${i}","header_host":"shop.example.com",` +
    `"header_accept":"text/html,application/xhtml+xml","header_user_agent":"Mozilla/5.0 (X11; Linux x64) Chrome/150"}`
  );
}

function network(i: number, ns: bigint): string {
  const ip = `${11 + (i & 63)}.${(i >> 6) & 255}.${(i >> 14) & 255}.7`;
  return (
    `{"src_ip":"${ip}","src_port":${1024 + (i % 60000)},"dst_ip":"198.51.100.7","dst_port":443,"timestamp":${ns},` +
    '"ip_meta_ttl":64,"ip_meta_total_length":60,"ip_meta_id":44321,"ip_meta_df":true,"tcp_meta_window_size":64240,' +
    '"tcp_meta_options":"MSS,SACK,TS,NOP,WS","tcp_meta_mss":1460,"tcp_meta_window_scale":10,' +
    '"ja3_hash":"78f0dc5ac5b19daf131a133cfdee9691","ja4":"t13i3111h2_e8f1e7e78f70_b26ce05bbdd6","tls_version":"1.3",' +
    '"tls_alpn":"h2,http/1.1","syn_to_clienthello_ms":14}'
  );
}

/** Pairs 50 µs apart in event time, the handshake 5 ms before its request; packed into blocks as a log hands them out. */
function makeLines(pairs: number): Line[] {
  const lines: Line[] = [];
  const block = 1000;
  for (let from = 0; from < pairs; from += block) {
    for (const side of [1, 0] as const) {
      const texts: string[] = [];
      for (let i = from; i < Math.min(from + block, pairs); i++) {
        const ns = BASE_NS + BigInt(i) * 50_000n;
        texts.push(side === 0 ? http(i, ns) : network(i, ns - 5_000_000n));
      }
      const joined = Buffer.from(texts.join(''));
      let at = 0;
      for (const [k, text] of texts.entries()) {
        lines.push({ side, bytes: joined.subarray(at, at + text.length), offset: from + k });
        at += text.length;
      }
    }
  }
  return lines;
}

function rulesOf(mode: CorrelationRules['mode']): CorrelationRules {
  const source = { keyFields: ['src_ip', 'src_port'], time: 'event_or_arrival', maxFutureSkewMs: 300_000 } as const;
  const none = Number.POSITIVE_INFINITY;
  return {
    mode,
    beforeNs: 1e9,
    afterNs: 1e9,
    skewNs: 10e6,
    networkTtlNs: 20e9,
    latenessNs: 500e6,
    lateGraceNs: 60e9,
    reasonMemoryNs: 60e9,
    replaySpanNs: null,
    sources: { A: { ...source, side: 'A' }, B: { ...source, side: 'B' } },
    emitOrphans: { A: true, B: false },
    excludeSourceIps: [],
    includeDestPorts: [],
    maxHeldEvents: none,
    maxHeldBytes: none,
    maxPerKey: none,
    overflow: 'pause',
  };
}

function measure(
  lines: readonly Line[],
  mode: CorrelationRules['mode'],
  heldExtra: number,
): { us: number; out: number } {
  const writer = new RecordWriter(mode);
  let out = 0;
  let records = 0;
  const engine = new Correlation(rulesOf(mode), {
    pair(a, b, ordinal) {
      out += writer.pair(a, b, ordinal).length;
      records++;
    },
    orphan(event, reason, nearest) {
      out += writer.orphan(event, reason, nearest).length;
      records++;
    },
  });
  // Events that stay: their time lies beyond everything that follows.
  for (let i = 0; i < heldExtra; i++) {
    const line = Buffer.from(network(i + 3_000_000, BASE_NS + 250_000_000_000n + BigInt(i) * 1000n));
    engine.add(1, i, null, line, 0, line.length);
  }
  const begin = process.cpuUsage();
  let n = 0;
  for (const line of lines) {
    engine.add(line.side, line.offset, null, line.bytes, 0, line.bytes.length);
    if (++n % 1000 === 0) engine.advance(0);
  }
  const cpu = process.cpuUsage(begin);
  const us = (cpu.user + cpu.system) / lines.length;
  if (records === 0) throw new Error('nothing was joined');
  return { us, out };
}

const lines = makeLines(EVENTS / 2);
for (const mode of ['one_to_one', 'one_to_many'] as const) {
  for (const held of [0, 1_000_000]) {
    const runs = Array.from({ length: RUNS }, () => measure(lines, mode, held));
    const us = runs.map((run) => run.us).toSorted((a, b) => a - b)[Math.floor(RUNS / 2)] ?? 0;
    const rss = Math.round(process.memoryUsage().rss / 1048576);
    console.log(
      `correlation ${mode}, ${held} more held: ${Math.round(1e6 / us)} events/s of CPU, ${us.toFixed(2)} µs an event, RSS ${rss} MiB with the input in memory`,
    );
  }
}
