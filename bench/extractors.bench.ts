/**
 * How long the extractions of the parser language take, each on texts of the kind that real logs have: `node
 * --conditions=@logweave/source bench/extractors.bench.ts [SECONDS] [RUNS]`. Nanoseconds a text, median of the runs, one
 * core; the texts of a run take turns, so that no result of the one before can be used.
 */
import {
  compileCsv,
  compileDate,
  compileKv,
  compileXPath,
  convert,
  type DateOptions,
  evaluate,
  Failure,
  parseXml,
} from '@logweave/parser-lang/extractors';
import { systemClock } from '@logweave/service-kit';

const secondsPerRun = Number(process.argv[2] ?? 0.3);
const runs = Number(process.argv[3] ?? 5);

/** Texts of one shape, which differ in a number. */
function texts(write: (number: number) => string): readonly string[] {
  return Array.from({ length: 64 }, (_, index) => write(1000 + index));
}

const firewall = texts(
  (n) =>
    `date=2026-02-03 time=04:05:06 devname="fw-${n}" logid=0000000013 type=traffic subtype=forward level=notice vd=root ` +
    `srcip=10.0.3.7 srcport=${n} srcintf="port 1" dstip=203.0.113.9 dstport=443 dstintf="wan 1" policyid=14 sessionid=${n} ` +
    'proto=6 action=close service=HTTPS duration=61 sentbyte=2100 rcvdbyte=14230 sentpkt=12 rcvdpkt=18',
);
const proxy = texts(
  (n) => `2026-02-03,04:05:06,${n},10.0.3.7,GET,http://example.com/p/${n},200,TCP_HIT,1432,text/html,-,ann`,
);
const quotedProxy = texts(
  (n) => `2026-02-03,"10.0.3.7",${n},"GET","http://example.com/a,b",200,"say ""hi""",1432,"ann"`,
);
const windowsEvent = texts(
  (n) =>
    '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><Provider Name="Security-Auditing"/>' +
    `<EventID>4624</EventID><Level>0</Level><TimeCreated SystemTime="2026-02-03T04:05:06.789Z"/><EventRecordID>${n}` +
    '</EventRecordID><Computer>host.example</Computer></System><EventData>' +
    Array.from({ length: 20 }, (_, index) => `<Data Name="Field${index}">value ${index}</Data>`).join('') +
    '</EventData></Event>',
);

const context = { createTime: { seconds: 1_770_000_000, nanos: 0 } };

function dateOf(formats: readonly string[], options: DateOptions = {}): (text: string) => unknown {
  const extract = compileDate(formats, options);
  return (text) => extract(text, context);
}

const paths = ['/Event/System/EventID', '/Event/System/Computer', "/Event/EventData/Data[@Name='Field15']"].flatMap(
  (text) => {
    const path = compileXPath(text);
    return path instanceof Failure ? [] : [path];
  },
);

const agents = texts(
  (n) => `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${n}.0 Safari/537.36`,
);

const subjects: readonly (readonly [title: string, texts: readonly string[], extract: (text: string) => unknown])[] = [
  ['kv, 24 pairs, 4 of them quoted', firewall, compileKv()],
  ['kv, two characters for each separator', firewall, compileKv({ fieldSplit: ' ,', valueSplit: '=:' })],
  ['csv, 12 fields', proxy, compileCsv()],
  ['csv, 9 fields, 5 of them quoted', quotedProxy, compileCsv()],
  ['date, ISO8601', texts((n) => `2026-02-03T04:05:06.${n}Z`), dateOf(['ISO8601'])],
  ['date, RFC3339', texts((n) => `2026-02-03T04:05:06.${n}+02:00`), dateOf(['RFC3339'])],
  ['date, a pattern', texts((n) => `2026-02-03 04:05:06.${n}`), dateOf(['yyyy-MM-dd HH:mm:ss.SSSS'])],
  [
    'date, rebased in a zone',
    texts((n) => `Feb  3 04:05:${10 + (n % 50)}`),
    dateOf(['MMM d HH:mm:ss'], { rebase: true, timezone: 'Europe/London' }),
  ],
  ['date, UNIX', texts((n) => `177000${n}.125`), dateOf(['UNIX'])],
  ['date, UNIX_MS', texts((n) => `177000${n}125`), dateOf(['UNIX_MS'])],
  [
    'date, the third of three formats',
    texts((n) => `03/Feb/2026:04:05:06.${n} +0000`),
    dateOf(['ISO8601', 'UNIX', 'dd/MMM/yyyy:HH:mm:ss Z']),
  ],
  ['xml, 28 elements, parsed alone', windowsEvent, parseXml],
  [
    'xml, parsed and read by 3 paths',
    windowsEvent,
    (text) => {
      const document = parseXml(text);
      return document instanceof Failure ? document : paths.map((path) => evaluate(document, path));
    },
  ],
  ['convert, integer', texts(String), (text) => convert(text, 'integer')],
  ['convert, ipaddress', texts((n) => `10.0.3.${n % 256}`), (text) => convert(text, 'ipaddress')],
  ['convert, parseduseragent, seen before', agents, (text) => convert(text, 'parseduseragent')],
];

function nanosPerText(texts: readonly string[], extract: (text: string) => unknown): number {
  const beganMs = systemClock.monotonicMs();
  let done = 0;
  let elapsedMs = 0;
  while (elapsedMs < secondsPerRun * 1000) {
    for (const text of texts) {
      extract(text);
    }
    done += texts.length;
    elapsedMs = systemClock.monotonicMs() - beganMs;
  }
  return (elapsedMs / done) * 1e6;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

console.log(`extractions, ns a text, median of ${runs} runs of ${secondsPerRun} s`);
for (const [title, texts, extract] of subjects) {
  const [sample = ''] = texts;
  const result = extract(sample);
  if (result instanceof Failure) {
    throw new Error(`${title}: ${result.message}`);
  }
  nanosPerText(texts, extract);
  const nanos = median(Array.from({ length: runs }, () => nanosPerText(texts, extract)));
  const rate = ((sample.length / nanos) * 1000).toFixed(0);
  console.log(
    `  ${title.padEnd(40)} ${Math.round(nanos).toLocaleString('en').padStart(8)} ns ${`${sample.length}`.padStart(6)} chars ${rate.padStart(6)} MB/s`,
  );
}
