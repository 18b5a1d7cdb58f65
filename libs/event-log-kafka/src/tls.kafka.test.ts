import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import type { TlsConfig } from './kafka-config.ts';
import { CertificateAuthority, hasOpenssl, type IssuedCertificate } from './testing/certificate-authority.ts';
import { KafkaProxy } from './testing/kafka-proxy.ts';
import { openTestLog, readToEnd, recordOf, topicSpec, until, valuesOf } from './testing/test-log.ts';

const kafka = inject('kafka');
const brokers = 'unavailable' in kafka ? [] : kafka.bootstrapServers;

describe.skipIf('unavailable' in kafka || !hasOpenssl())('a broker behind TLS', () => {
  let authority: CertificateAuthority;
  let other: CertificateAuthority;
  let good: IssuedCertificate;
  const closing: (() => Promise<void>)[] = [];
  beforeAll(() => {
    authority = new CertificateAuthority('one');
    other = new CertificateAuthority('another');
    good = authority.issue('IP:127.0.0.1');
  });
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
  });
  afterAll(() => {
    authority?.remove();
    other?.remove();
  });

  const trusting = (caFile: string, changes: Partial<TlsConfig> = {}): TlsConfig => ({
    caFile,
    certFile: null,
    keyFile: null,
    keyPassphrase: null,
    serverName: null,
    ...changes,
  });

  async function proxyWith(tls: Parameters<typeof KafkaProxy.start>[1]): Promise<KafkaProxy> {
    const proxy = await KafkaProxy.start(brokers, tls);
    closing.push(() => proxy.close());
    return proxy;
  }

  /** What a service is told that lists the topics. */
  async function answerOf(addresses: readonly string[], tls: TlsConfig | null): Promise<string> {
    const log = openTestLog(addresses, { tls });
    try {
      await log.topics();
      return 'connected';
    } catch (error) {
      return String(error);
    } finally {
      await log.close();
    }
  }

  it('is spoken to when its certificate is good, by its address or by the name that was configured', async () => {
    const proxy = await proxyWith({ cert: good.cert, key: good.key });
    expect(await answerOf(proxy.bootstrapServers, trusting(authority.caFile))).toBe('connected');
    const named = authority.issue('DNS:kafka.example');
    const behind = await proxyWith({ cert: named.cert, key: named.key });
    const byName = trusting(authority.caFile, { serverName: 'kafka.example' });
    expect(await answerOf(behind.bootstrapServers, byName)).toBe('connected');
  });

  it('fault 58: whose certificate has expired is refused, and the message says so', async () => {
    const { cert, key } = authority.issue('IP:127.0.0.1', -1);
    const proxy = await proxyWith({ cert, key });
    expect(await answerOf(proxy.bootstrapServers, trusting(authority.caFile))).toContain('certificate has expired');
  });

  it('fault 58: whose certificate is for another host is refused, and the message names both', async () => {
    const { cert, key } = authority.issue('DNS:kafka.example');
    const proxy = await proxyWith({ cert, key });
    const answer = await answerOf(proxy.bootstrapServers, trusting(authority.caFile));
    expect(answer).toMatch(/127\.0\.0\.1 is not in the cert's list/);
  });

  it('fault 58: whose certificate nobody knows is refused', async () => {
    const { cert, key } = other.issue('IP:127.0.0.1');
    const proxy = await proxyWith({ cert, key });
    expect(await answerOf(proxy.bootstrapServers, trusting(authority.caFile))).toMatch(/unable to (verify|get)/);
  });

  it('fault 58: that speaks TLS 1.1 at most is refused', async () => {
    const ciphers = 'DEFAULT@SECLEVEL=0';
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' } as const;
    const proxy = await proxyWith({ cert: good.cert, key: good.key, ciphers, ...old });
    expect(await answerOf(proxy.bootstrapServers, trusting(authority.caFile))).toMatch(/protocol version|alert/i);
  });

  it('fault 58: is not spoken to without TLS, nor one without TLS with it, and nobody waits for long', async () => {
    const proxy = await proxyWith({ cert: good.cert, key: good.key });
    const began = performance.now();
    expect(await answerOf(proxy.bootstrapServers, null)).toMatch(
      /no broker of Kafka answers at 127\.0\.0\.1:\d+: Closed connection/,
    );
    expect(await answerOf(brokers, trusting(authority.caFile))).toMatch(
      /no broker of Kafka answers at \S+: .*before secure TLS/,
    );
    expect(performance.now() - began).toBeLessThan(15_000);
  });

  it('fault 59: gets new certificates on both sides under load, without a restart, and nothing is lost', async () => {
    const before = authority.issue('DNS:client');
    const after = other.issue('DNS:client');
    // What a service is configured with; the files get another content, as a certificate manager does it.
    const file = (name: string): string => join(before.certFile, '..', name);
    const [caFile, certFile, keyFile] = [file('used-ca.pem'), file('used.pem'), file('used.key')];
    const install = (from: CertificateAuthority, { certFile: cert, keyFile: key }: IssuedCertificate): void => {
      copyFileSync(from.caFile, caFile);
      copyFileSync(cert, certFile);
      copyFileSync(key, keyFile);
    };
    install(authority, before);
    const strict = { requestCert: true, rejectUnauthorized: true };
    const proxy = await proxyWith({ cert: good.cert, key: good.key, ca: authority.ca, ...strict });
    const log = openTestLog(proxy.bootstrapServers, { tls: trusting(caFile, { certFile, keyFile }) });
    closing.push(() => log.close());
    const topic = `tls-${crypto.randomUUID()}`;
    await log.ensureTopic(topicSpec(topic));
    const producer = await log.producer();
    let next = 0;
    let loaded = true;
    const loading = (async () => {
      for (; loaded; next++) await producer.append([{ topic, partition: 0, records: [recordOf(`${next}`)] }]);
    })();
    const goesOn = async (): Promise<void> => {
      const from = next;
      await until('progress', async () => (next > from + 50 ? true : null));
    };
    await goesOn();
    const renewed = other.issue('IP:127.0.0.1');
    proxy.useCertificates({ cert: renewed.cert, key: renewed.key, ca: other.ca, ...strict });
    proxy.cutAll();
    // For a moment the broker is ahead of its clients.
    await until('a refusal', async () => (proxy.refused > 0 ? true : null));
    install(other, after);
    await goesOn();
    loaded = false;
    await loading;
    await producer.close();
    expect(valuesOf(await readToEnd(log, topic))).toEqual(Array.from({ length: next }, (_, i) => `${i}`));
  });
});
