import {
  completeEvent,
  decodeEvent,
  encodeEvent,
  type UdmJson,
  validateEvent,
  type Value,
  type ValueMap,
} from '@logweave/udm';

/**
 * What a UDM event costs between a parser and its topic: nanoseconds of CPU for encoding, completing, validating and
 * printing, and for decoding one that was sent in. The event is that of a web proxy. Medians of several runs.
 */
const EVENTS = 1_000;
const ROUNDS = 60;
const RUNS = 7;

type Tree = { readonly [key: string]: string | number | Tree | readonly (string | Tree)[] };

function toMap(tree: Tree): ValueMap {
  const valueOf = (value: string | Tree): Value => (typeof value === 'object' ? toMap(value) : value);
  return new Map(
    Object.entries(tree).map(([key, value]): [string, Value] => {
      if (typeof value === 'number' || typeof value === 'string') return [key, value];
      return [key, Array.isArray(value) ? value.map(valueOf) : toMap(value as Tree)];
    }),
  );
}

/** 15 values, as the parser of a proxy's log leaves them. */
function proxyEvent(i: number): ValueMap {
  return toMap({
    metadata: {
      event_type: 'NETWORK_HTTP',
      vendor_name: 'Squid',
      product_name: 'Webproxy',
      event_timestamp: { seconds: 1_588_059_648 + i, nanos: 129_000_000 },
    },
    principal: { ip: [`192.0.2.${i & 255}`], port: 1024 + i, user: { userid: `u${i}` } },
    target: { ip: ['203.0.113.52'], url: `https://example.com/${i}`, hostname: 'example.com', port: '443' },
    network: { received_bytes: 904 + i, ip_protocol: 'TCP', http: { response_code: '200', method: 'GET' } },
    security_result: [{ action: ['ALLOW'], summary: 'TCP_HIT' }],
  });
}

/** The same with labels and additional fields, as parsers of structured logs add them: some 60 values. */
function labelledEvent(i: number): ValueMap {
  const event = proxyEvent(i);
  const fields = Array.from({ length: 12 }, (_, at) => ({ key: `field_${at}`, value: { string_value: `value ${i}` } }));
  const labels = Array.from({ length: 8 }, (_, at) => ({ key: `label_${at}`, value: `${i}` }));
  event.set('additional', toMap({ fields }));
  event.set('about', [toMap({ labels })]);
  return event;
}

function nsPerEvent(step: (at: number) => unknown): number {
  const results: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const from = process.cpuUsage();
    for (let round = 0; round < ROUNDS; round++) {
      for (let at = 0; at < EVENTS; at++) step(at);
    }
    const { user, system } = process.cpuUsage(from);
    results.push(((user + system) * 1000) / (EVENTS * ROUNDS));
  }
  return results.sort((a, b) => a - b)[RUNS >> 1] as number;
}

for (const [title, make] of [
  ['a proxy event (15 values)', proxyEvent],
  ['with labels and additional (60 values)', labelledEvent],
] as const) {
  const maps = Array.from({ length: EVENTS }, (_, i) => make(i));
  const facts = { logType: 'SQUID_WEBPROXY', eventTime: '2020-04-28T07:40:48Z', namespace: 'lab' };
  const jsons = maps.map((map) => completeEvent(encodeEvent(map).json, facts));
  if (maps.some((map) => encodeEvent(map).problems.length > 0)) throw new Error('an event that does not fit');
  console.log(`${title}, ${JSON.stringify(jsons[0]).length} B of JSON`);
  const report = (name: string, step: (at: number) => unknown) => {
    console.log(`  ${name.padEnd(12)} ${nsPerEvent(step).toFixed(0).padStart(6)} ns`);
  };
  report('encode', (at) => encodeEvent(maps[at] as ValueMap));
  report('complete', (at) => completeEvent(jsons[at] as UdmJson, facts));
  report('validate', (at) => validateEvent(jsons[at] as UdmJson));
  report('print', (at) => JSON.stringify(jsons[at]));
  report('decode', (at) => decodeEvent(jsons[at]));
}
