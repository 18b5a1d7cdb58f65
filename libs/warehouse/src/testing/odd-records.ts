import fc from 'fast-check';

/** A record with every field that has a column, and two more. */
export const SAMPLE =
  '{"timestamp":"2024-01-01T12:00:00.000000001Z","src_ip":"192.0.2.7","src_port":50123,"dst_ip":"198.51.100.1","dst_port":443,"correlated":true,"orphan_side":"","keepalives":2,"a_timestamp":1704110400000000001,"b_timestamp":1704110399990000000,"method":"GET","scheme":"https","host":"h","path":"/api","query":"q=1","http_version":"HTTP/2.0","header_user_agent":"curl/8","a_size":1.0,"conn_id":"c","ip_meta_df":true,"ip_meta_id":7,"ip_meta_total_length":60,"ip_meta_ttl":64,"tcp_meta_options":"MSS","tcp_meta_window_size":64240,"syn_to_clienthello_ms":-1,"tls_version":"1.3","tls_sni":"h","ja3":"771","ja3_hash":"aa","ja4":"t13d1516h2_8daaf6152771_02713d6af862"}';

/** Records that no row may be refused for, and what must stand in some of its columns. */
export const HARD: readonly (readonly [string | Uint8Array, Record<string, unknown>])[] = [
  ['{"src_ip":"2001:db8::1","src_port":1}', { src_ip: '0.0.0.0', src_ip6: '2001:db8::1', src_port: 1 }],
  ['[1]', { time_str: '', src_port: 0 }],
  ['not json', { src_port: 0 }],
  ['', { src_port: 0 }],
  ['null', { src_port: 0 }],
  ['{"src_port":1', { src_port: 0 }],
  ['{"src_port":5,"src_port":6,"x":1,"x":2}', { src_port: 5, extra: '{"x":"1"}' }],
  ['{"src_port":700000}', { src_port: 0 }],
  ['{"src_port":"443","correlated":"x","keepalives":-1}', { src_port: 443, correlated: 0, keepalives: 0 }],
  ['{"src_ip":"not an address"}', { src_ip: '0.0.0.0', src_ip6: '::' }],
  ['{"path":"/\\u0000/é"}', { path: '/\0/é' }],
  [Buffer.from([123, 34, 120, 34, 58, 34, 0, 255, 34, 125]), { src_port: 0 }],
  ['{"time":"12:00:01"}', { time: '2024-01-01 12:00:00' }],
  ['{"time":"2023-05-05T05:05:05+02:00","timestamp":"2024-02-02T02:02:02Z"}', { time: '2023-05-05 03:05:05' }],
  ['{"time":"garbage, rather long","timestamp":"2024-02-02T02:02:02Z"}', { time: '2024-02-02 02:02:02' }],
  ['{"b_timestamp":1704110399990000000}', { time: '2024-01-01 11:59:59' }],
  ['{"timestamp":"2150-01-01T00:00:00Z"}', { time: '2106-02-07 06:28:15' }],
  ['{"timestamp":"0001-01-01T00:00:00Z"}', { time: '1970-01-01 00:00:00' }],
  ['{"a_timestamp":18446744073709551615}', { time: '2106-02-07 06:28:15' }],
  ['{"src_port":7,"big":123456789012345678901234567890}', { src_port: 7 }],
  ['{"src_port":8,"big":1e999}', { src_port: 8 }],
  ['{"src_port":9,"half":"\\ud800"}', { src_port: 9 }],
  ['{"src_port":10,"a":1,"a.b":2,"a":{"b":3},"":4}', { src_port: 10 }],
  ['{"orphan_side":"A","orphan_reason":"outside_window","orphan_nearest_ms":1001}', { orphan_nearest_ms: '1001' }],
  [`{"src_port":11,${Array.from({ length: 900 }, (_, i) => `"k${i}":${i}`).join(',')}}`, { src_port: 11 }],
  [`{"src_port":12,"deep":${'['.repeat(62)}${']'.repeat(62)}}`, { src_port: 12 }],
  [`{"src_port":13,"long":"${'x'.repeat(2_000_000)}"}`, { src_port: 13 }],
];

/** Records whose fields without a column are odd. */
export const ODD_EXTRAS: readonly string[] = [
  '{}',
  '{ "a" : 1 , "src_port" : 2 , "b" : 3.0 }',
  '{"a":1.0,"b":1e3,"c":-0.0,"d":18446744073709551615,"e":9007199254740993}',
  '{"a":"2024-01-01","b":"2024-01-01 00:00:00","c":"2024-01-01T00:00:00.5Z","d":"1"}',
  '{"src_port":1,"src_ip.x":2,"a.b":3,"a":{"b":4,"c":[1,"x",null,{"y":1}]}}',
  '{"src_ip":{"x":1},"time":{"y":2},"a":{"src_ip":3}}',
  '{"a":1,"src_port":2,"a":3,"src_port":4,"b":null,"b":1}',
  '{"src\\u005fport":5,"\\u0061":6,"a\\"b":7,"ä":8,"":9}',
  '{"src_port":1,"path":"\\ud800","a":1}',
  '{"path":123456789012345678901234567890,"a":1}',
  '{"a":123456789012345678901234567890,"b":{"c":1e999}}',
  '{"a":[],"b":{},"c":[[]],"d":[1,2.5],"e":[true,"x"]}',
  '{"a":"\\u0000\\n\\t\\/","b":"é"}',
];
const oddName = fc.constantFrom(
  '"src_ip"',
  '"src_port"',
  '"time"',
  '"path"',
  '"a"',
  '"b"',
  '"a.b"',
  '"src\\u005fip"',
  '"ja4"',
);
const oddValue = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify(value)),
  fc.constantFrom(
    '1.0',
    '-0',
    '1E5',
    '"2024-01-01"',
    '"192.0.2.1"',
    'null',
    '18446744073709551616',
    '{"src_ip":1,"c":2}',
  ),
);

/** JSON of objects of few names, some of which have a column, in any order and more than once. */
export const oddObject = fc
  .array(fc.tuple(oddName, oddValue), { maxLength: 8 })
  .map((fields) => `{${fields.map(([name, value]) => `${name}:${value}`).join(',')}}`);
