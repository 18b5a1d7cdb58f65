import type { CorrelationRules } from '@logweave/correlation';

export const BASE_NS = 1_795_535_999_000_000_000n;

/** The i-th request, some 450 bytes. */
export function http(i: number, ns: bigint): string {
  const ip = `${11 + (i & 63)}.${(i >> 6) & 255}.${(i >> 14) & 255}.7`;
  return (
    `{"src_ip":"${ip}","src_port":${1024 + (i % 60000)},"dst_ip":"198.51.100.7","dst_port":443,"timestamp":${ns},` +
    `"scheme":"https","method":"GET","path":"/shop/item/${i}","query":"ref=home&lang=en","host":"shop.example.com",` +
    `"http_version":"HTTP/2.0","status":200,"bytes":5512,"conn_id":"c${i}","header_host":"shop.example.com",` +
    `"header_accept":"text/html,application/xhtml+xml","header_user_agent":"Mozilla/5.0 (X11; Linux x64) Chrome/150"}`
  );
}

/** The i-th handshake, some 450 bytes. */
export function network(i: number, ns: bigint): string {
  const ip = `${11 + (i & 63)}.${(i >> 6) & 255}.${(i >> 14) & 255}.7`;
  return (
    `{"src_ip":"${ip}","src_port":${1024 + (i % 60000)},"dst_ip":"198.51.100.7","dst_port":443,"timestamp":${ns},` +
    '"ip_meta_ttl":64,"ip_meta_total_length":60,"ip_meta_id":44321,"ip_meta_df":true,"tcp_meta_window_size":64240,' +
    '"tcp_meta_options":"MSS,SACK,TS,NOP,WS","tcp_meta_mss":1460,"tcp_meta_window_scale":10,' +
    '"ja3_hash":"78f0dc5ac5b19daf131a133cfdee9691","ja4":"t13i3111h2_e8f1e7e78f70_b26ce05bbdd6","tls_version":"1.3",' +
    '"tls_alpn":"h2,http/1.1","syn_to_clienthello_ms":14}'
  );
}

/** Windows of a second, connections of 20 s, no bounds. */
export function rulesOf(mode: CorrelationRules['mode']): CorrelationRules {
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
