import type { ProducerRecord, RecordHeader } from '@logweave/event-log';
import { formatRfc3339, HEADERS } from '@logweave/model';
import { systemClock } from '@logweave/service-kit';
import type { Stream } from '@logweave/warehouse';

/** The i-th record of a stream as its writers make them, arrived now. */
export function streamRecord(stream: Stream, i: number): ProducerRecord {
  const timestampMs = systemClock.wallMs();
  switch (stream) {
    case 'correlated':
      return record(`192.0.2.${i % 250}:${i % 60_000}`, result(i), [], timestampMs);
    case 'raw':
      return record(`host-${i % 50}`, rawLog(i), rawHeaders(timestampMs), timestampMs);
    case 'udm':
      return record(`host-${i % 50}`, JSON.stringify(event(i, timestampMs)), eventHeaders(i), timestampMs);
    default:
      return stream satisfies never;
  }
}

function record(
  key: string,
  value: string,
  headers: Readonly<Record<string, string>> | readonly [],
  timestampMs: number,
): ProducerRecord {
  const list = Object.entries(headers).map(([name, text]): RecordHeader => ({ name, value: Buffer.from(text) }));
  return { key: Buffer.from(key), value: Buffer.from(value), headers: list, timestampMs };
}

function result(i: number): string {
  return `{"timestamp":"2024-01-01T12:00:00Z","src_ip":"192.0.2.${i % 250}","src_port":${1024 + (i % 60_000)},"dst_ip":"198.51.100.1","dst_port":443,"correlated":true,"orphan_side":"","a_timestamp":1704110400000000000,"b_timestamp":1704110399990000000,"method":"GET","scheme":"https","host":"shop.example.com","path":"/api/v1/items/${i}","http_version":"HTTP/1.1","status":200,"bytes":${i % 50_000},"header_user_agent":"curl/8.5.0","header_accept":"*/*","ip_meta_ttl":64,"ip_meta_total_length":60,"tcp_meta_options":"MSS,SACK,TS,NOP,WS","tcp_meta_window_size":64240,"tls_version":"1.3","tls_sni":"shop.example.com","ja3_hash":"aabbccddeeff00112233445566778899","ja4":"t13d1516h2_8daaf6152771_02713d6af862"}`;
}

function rawLog(i: number): string {
  return `${1_588_059_648 + (i % 10_000)}.129     23 192.168.${i % 200}.${i % 250} TCP_HIT/200 ${i % 50_000} GET http://www.example.com/items/${i}?page=${i % 7} user${i % 400} HIER_DIRECT/203.0.113.${i % 250} text/html`;
}

function rawHeaders(nowMs: number): Readonly<Record<string, string>> {
  return {
    [HEADERS.logType]: 'SQUID_WEBPROXY',
    [HEADERS.namespace]: 'corp',
    [HEADERS.labels]: '{"site":"berlin","tier":"edge"}',
    [HEADERS.collectionTime]: formatRfc3339(nowMs, 123_000),
    [HEADERS.input]: 'syslog_tcp',
  };
}

function eventHeaders(i: number): Readonly<Record<string, string>> {
  return {
    [HEADERS.kind]: 'event',
    [HEADERS.logType]: 'SQUID_WEBPROXY',
    [HEADERS.namespace]: 'corp',
    [HEADERS.parserVersion]: '12',
    [HEADERS.sourceTopic]: 'logweave.raw',
    [HEADERS.sourcePartition]: String(i % 8),
    [HEADERS.sourceOffset]: String(i >> 3),
  };
}

/** A web request through a proxy, with about as many fields as events have on average. */
function event(i: number, nowMs: number): object {
  const ip = [`192.168.${i % 200}.${i % 250}`];
  const targetIp = [`203.0.113.${i % 250}`];
  return {
    metadata: {
      id: Buffer.from(`event ${i}`).toString('base64'),
      eventTimestamp: formatRfc3339(nowMs - (i % 60_000), i % 1_000_000),
      eventType: ['NETWORK_HTTP', 'NETWORK_CONNECTION', 'USER_LOGIN', 'STATUS_UPDATE'][i % 4],
      vendorName: 'Squid',
      productName: 'Webproxy',
      productEventType: 'TCP_HIT',
      logType: 'SQUID_WEBPROXY',
    },
    principal: {
      hostname: `client-${i % 5_000}.corp.example.com`,
      ip,
      asset: { hostname: `client-${i % 5_000}.corp.example.com`, ip },
      user: { userid: `user${i % 400}`, emailAddresses: [`user${i % 400}@example.com`] },
    },
    target: {
      hostname: 'www.example.com',
      ip: targetIp,
      port: 443,
      url: `https://www.example.com/items/${i}?page=${i % 7}`,
      file: { sha256: `${(i % 10_000).toString(16).padStart(8, '0')}${'ab'.repeat(28)}`, mimeType: 'text/html' },
    },
    network: {
      applicationProtocol: 'HTTPS',
      http: {
        method: 'GET',
        responseCode: 200,
        userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/128.0',
      },
      receivedBytes: String(i % 50_000),
    },
    securityResult: [{ action: ['ALLOW'], severity: 'LOW', ruleName: 'default' }],
    additional: { hierarchy: 'HIER_DIRECT', cache: 'hit' },
  };
}
