import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EventLog, EventLogError } from '@logweave/event-log';
import { systemClock } from '@logweave/service-kit';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import type { SaslConfig, TlsConfig } from './kafka-config.ts';
import { AppendLoad } from './testing/append-load.ts';
import { CertificateAuthority, hasOpenssl } from './testing/certificate-authority.ts';
import { KafkaProxy } from './testing/kafka-proxy.ts';
import type { SaslListener } from './testing/sasl-listener.ts';
import { setScramPassword } from './testing/scram-password.ts';
import { startTestKafka, type TestKafka } from './testing/test-kafka.ts';
import { openTestLog, readToEnd, recordOf, topicSpec, until, valuesOf } from './testing/test-log.ts';

const PASSWORD = 'correct-horse';
const SESSION_MS = 2_000;
const READ_MS = 20_000;
const LISTENERS: readonly SaslListener[] = [
  {
    name: 'LASTING',
    mechanisms: ['PLAIN', 'SCRAM-SHA-256', 'OAUTHBEARER'],
    users: { plain: PASSWORD },
    reauthenticateMs: null,
  },
  {
    name: 'EXPIRING',
    mechanisms: ['SCRAM-SHA-512', 'OAUTHBEARER'],
    users: {},
    reauthenticateMs: SESSION_MS,
  },
];

type PasswordMechanism = Exclude<SaslConfig['mechanism'], 'oauthbearer'>;

function withPassword(mechanism: PasswordMechanism, username: string, password: () => string): SaslConfig {
  return { mechanism, username: () => username, password };
}

interface ScramUser {
  readonly mechanism: 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
  readonly name: string;
  readonly address: string;
}

function scram({ mechanism, name }: ScramUser, password: () => string): SaslConfig {
  return withPassword(mechanism === 'SCRAM-SHA-256' ? 'scram-sha-256' : 'scram-sha-512', name, password);
}

/** A token without a signature (RFC 7515, appendix A.5). */
function unsignedToken(lifeMs: number): string {
  const part = (claims: object): string => Buffer.from(JSON.stringify(claims)).toString('base64url');
  const nowMs = systemClock.wallMs();
  const exp = (nowMs + lifeMs) / 1_000;
  return `${part({ alg: 'none' })}.${part({ sub: 'bearer', iat: Math.min(nowMs / 1_000, exp - 1), exp })}.`;
}

function withToken(token: () => string): SaslConfig {
  return { mechanism: 'oauthbearer', token: async () => token() };
}

describe.skipIf('unavailable' in inject('kafka'))('a client that says who it is', () => {
  let kafka: TestKafka;
  let lasting: string;
  let expiring: string;
  let directory: string;
  const closing: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    const started = await startTestKafka({ sasl: LISTENERS });
    if ('unavailable' in started) throw new Error(started.unavailable);
    kafka = started;
    [lasting = '', expiring = ''] = kafka.saslServers;
    directory = mkdtempSync(join(tmpdir(), 'logweave-sasl-'));
    await setScramPassword(kafka.bootstrapServers, 'SCRAM-SHA-256', 'scram', PASSWORD);
    await setScramPassword(kafka.bootstrapServers, 'SCRAM-SHA-512', 'scram', PASSWORD);
  });
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
  });
  afterAll(async () => {
    await kafka?.close();
    if (directory !== undefined) rmSync(directory, { recursive: true });
  });

  /** A file with a secret, and how to replace it as those do who care for files that are read at any time. */
  function secretFile(content: string) {
    const file = join(directory, crypto.randomUUID());
    const write = (next: string): void => {
      writeFileSync(`${file}.new`, next);
      renameSync(`${file}.new`, file);
    };
    write(content);
    return { read: () => readFileSync(file, 'utf8'), write, remove: () => rmSync(file) };
  }

  function opened(address: string, sasl: SaslConfig, deps: Parameters<typeof openTestLog>[2] = {}): EventLog {
    const log = openTestLog([address], { sasl }, deps);
    closing.push(() => log.close());
    return log;
  }

  async function proxyTo(address: string, tls: Parameters<typeof KafkaProxy.start>[1] = null): Promise<KafkaProxy> {
    const proxy = await KafkaProxy.start([address], tls);
    closing.push(() => proxy.close());
    return proxy;
  }

  /** A user of SCRAM gets this password; resolves when the broker asks for it. */
  async function changePassword(user: ScramUser, password: string): Promise<void> {
    const { mechanism, name, address } = user;
    await setScramPassword(kafka.bootstrapServers, mechanism, name, password);
    await until('a password that counts', async () => {
      const log = openTestLog([address], { sasl: scram(user, () => password) });
      try {
        return await log.topics();
      } catch (error) {
        expect(String(error)).toContain('invalid credentials');
        return null;
      } finally {
        await log.close();
      }
    });
  }

  /** All that a service does with an event log. */
  async function use(log: EventLog): Promise<void> {
    const [topic, group] = [`sasl-${crypto.randomUUID()}`, crypto.randomUUID()];
    await log.ensureTopic(topicSpec(topic));
    const producer = await log.producer();
    await producer.append([{ topic, partition: 0, records: [recordOf('appended')] }]);
    const transactional = await log.transactionalProducer(group);
    const outcome = await transactional.commit({
      batches: [{ topic, partition: 0, records: [recordOf('committed')] }],
      group,
      offsets: [{ topic, partition: 0, offset: 1, metadata: 'done' }],
    });
    expect(outcome).toMatchObject({ kind: 'committed', baseOffsets: [1] });
    const values = await until('what was committed', async () => {
      const read = valuesOf(await readToEnd(log, topic));
      return read.length < 2 ? null : read;
    });
    expect(values).toEqual(['appended', 'committed']);
    expect(await log.committed(group, [{ topic, partition: 0 }])).toEqual([{ offset: 1, metadata: 'done' }]);
    await producer.close();
    await transactional.close();
  }

  it.each([
    ['PLAIN', 0, withPassword('plain', 'plain', () => PASSWORD)],
    ['SCRAM-SHA-256', 0, withPassword('scram-sha-256', 'scram', () => PASSWORD)],
    ['SCRAM-SHA-512', 1, withPassword('scram-sha-512', 'scram', () => PASSWORD)],
    ['OAUTHBEARER', 0, withToken(() => unsignedToken(60_000))],
  ] as const)('by %s is served as others are where nobody is asked', async (_, listener, sasl) => {
    await use(opened(kafka.saslServers[listener] ?? '', sasl));
  });

  it.skipIf(!hasOpenssl())('behind TLS is served, too', async () => {
    const authority = new CertificateAuthority('one');
    closing.push(async () => authority.remove());
    const { cert, key } = authority.issue('IP:127.0.0.1');
    const proxy = await proxyTo(lasting, { cert, key });
    const own = { certFile: null, keyFile: null, keyPassphrase: null, serverName: null };
    const tls: TlsConfig = { caFile: authority.caFile, ...own };
    const sasl = withPassword('plain', 'plain', () => PASSWORD);
    const log = openTestLog(proxy.bootstrapServers, { sasl, tls });
    closing.push(() => log.close());
    await use(log);
  });

  it.each<[string, () => string, SaslConfig, RegExp]>([
    [
      'a wrong password for PLAIN',
      () => lasting,
      withPassword('plain', 'plain', () => 'wrong-horse'),
      /SASL PLAIN failed: .*Invalid username or password/,
    ],
    [
      'a wrong password for SCRAM',
      () => lasting,
      withPassword('scram-sha-256', 'scram', () => 'wrong-horse'),
      /SASL SCRAM-SHA-256 failed: .*invalid credentials/,
    ],
    [
      'a user that nobody knows',
      () => lasting,
      withPassword('scram-sha-256', 'nobody', () => 'wrong-horse'),
      /SASL SCRAM-SHA-256 failed: .*invalid credentials/,
    ],
    [
      'a mechanism that is not spoken there',
      () => expiring,
      withPassword('plain', 'plain', () => 'wrong-horse'),
      /SASL PLAIN failed: .*does not support the requested SASL mechanism/,
    ],
    [
      'a port on which nobody is asked',
      () => kafka.bootstrapServers[0] ?? '',
      withPassword('plain', 'plain', () => 'wrong-horse'),
      /SASL PLAIN failed: it asks nobody on this port/,
    ],
    [
      'a token that has expired',
      () => lasting,
      withToken(() => unsignedToken(-5_000)),
      /SASL OAUTHBEARER failed: .*invalid_token/,
    ],
    ['a token that is none', () => lasting, withToken(() => 'wrong-horse'), /SASL OAUTHBEARER failed: .*invalid_token/],
    [
      'a password that cannot be read',
      () => lasting,
      withPassword('plain', 'plain', () => readFileSync('/nowhere/password', 'utf8')),
      /SASL PLAIN failed: ENOENT.*\/nowhere\/password/,
    ],
  ])(
    'with %s is refused: whoever uses it is told at once, and nobody is told the secret',
    async (_, at, sasl, message) => {
      const said: string[] = [];
      const log = opened(at(), sasl, {
        log: (entry) => said.push(JSON.stringify(entry)),
        authenticationRefused: (error) => said.push(String(error)),
      });
      const reader = await log.reader({ topic: 'refused', partition: 0 }, 0);
      const began = performance.now();
      const answers = await Promise.allSettled<unknown>([
        log.topics(),
        log.ensureTopic(topicSpec('refused')),
        log.producer(),
        log.transactionalProducer('refused'),
        log.consumer({ group: 'refused', topics: ['refused'] }),
        reader.read({ timeoutMs: 100 }),
      ]);
      for (const answer of answers) {
        const error: unknown = answer.status === 'rejected' ? answer.reason : null;
        expect(error).toBeInstanceOf(EventLogError);
        expect(error).toMatchObject({ code: 'refused', retriable: false });
        expect(String(error)).toMatch(message);
        expect(String(error)).toContain(`authentication at Kafka broker ${at()} `);
        said.push(String(error));
      }
      expect(performance.now() - began).toBeLessThan(5_000);
      const secret = sasl.mechanism === 'oauthbearer' ? await sasl.token() : 'wrong-horse';
      expect(said.join('\n')).not.toContain(secret);
    },
  );

  /** Reads in a group, from the beginning, until it has so many values. */
  async function readByGroup(log: EventLog, topic: string): Promise<(count: number) => Promise<string[]>> {
    const consumer = await log.consumer({ group: crypto.randomUUID(), topics: [topic] });
    const values: string[] = [];
    return async (count) => {
      for (const beganMs = performance.now(); values.length < count; ) {
        if (performance.now() - beganMs > READ_MS) throw new Error(`${values.length} of ${count} records have come`);
        const polled = await consumer.poll({ timeoutMs: 100 });
        if (polled.kind === 'records') for (const { records } of polled.batches) values.push(...valuesOf(records));
      }
      return values;
    };
  }

  it.each([
    ['its connections break', 'SCRAM-SHA-256'],
    ['it has to authenticate again', 'SCRAM-SHA-512'],
  ] as const)('fault 59: and gets a new password under load uses it when %s', async (when, mechanism) => {
    const isCut = when === 'its connections break';
    const user = { mechanism, name: 'rotated', address: isCut ? lasting : expiring };
    await changePassword(user, 'first');
    const secret = secretFile('first');
    const proxy = await proxyTo(user.address);
    const refusals: Error[] = [];
    const log = opened(proxy.bootstrapServers[0] ?? '', scram(user, secret.read), {
      authenticationRefused: (error) => refusals.push(error),
    });
    const load = new AppendLoad(log);
    await load.start();
    const read = await readByGroup(log, load.topic);
    await read(1);
    await changePassword(user, 'second');
    if (isCut) {
      // Who is in stays in.
      await load.progress();
      expect(refusals).toEqual([]);
      proxy.cutAll();
    }
    // For a moment the broker is ahead of its clients.
    await until('a refusal', async () => (refusals.length > 0 ? true : null), 20_000);
    const refused = await until('a refusal of questions, too', async () =>
      log.topics().then(
        () => null,
        (error: unknown) => error,
      ),
    );
    expect(refused).toMatchObject({ code: 'refused', retriable: true });
    secret.write('second');
    await load.progress();
    const appended = await load.stop();
    expect(await read(appended.length)).toEqual(appended);
    expect(valuesOf(await readToEnd(log, load.topic))).toEqual(appended);
    // Told, and not at each try.
    expect(refusals).toHaveLength(1);
    expect(refusals[0]?.message).toMatch(/authentication at Kafka broker .* failed: .*invalid credentials/);
  });

  it('and whose password is taken away waits only for so long', async () => {
    const user = { mechanism: 'SCRAM-SHA-256', name: 'removed', address: lasting } as const;
    await changePassword(user, 'first');
    const proxy = await proxyTo(lasting);
    let laterMs = 0;
    let refusals = 0;
    const log = opened(
      proxy.bootstrapServers[0] ?? '',
      scram(user, () => 'first'),
      {
        clock: { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + laterMs },
        authenticationRefused: () => void refusals++,
      },
    );
    const load = new AppendLoad(log);
    await load.start();
    const read = await readByGroup(log, load.topic);
    await read(1);
    await changePassword(user, 'second');
    proxy.cutAll();
    await until('a refusal', async () => (refusals > 0 ? true : null), 20_000);
    for (let minute = 1; minute <= 5; minute++) {
      laterMs += 61_000;
      await expect(log.topics()).rejects.toMatchObject({ code: 'refused', retriable: minute < 5 });
    }
    const told = /authentication at Kafka broker .* failed: .*invalid credentials/;
    await expect(load.stop()).rejects.toThrow(told);
    await expect(read(Infinity)).rejects.toThrow(told);
    // Once a minute.
    expect(refusals).toBe(6);
  });

  it.each<[string, () => SaslConfig]>([
    ['passwords', () => withPassword('scram-sha-512', 'scram', () => PASSWORD)],
    // Each lives no longer than a token that somebody else renews has left when it is read.
    ['tokens', () => withToken(() => unsignedToken(SESSION_MS))],
  ])('again and again, by %s, keeps its connections, and everything goes on', async (_, sasl) => {
    const proxy = await proxyTo(expiring);
    const log = opened(proxy.bootstrapServers[0] ?? '', sasl());
    const load = new AppendLoad(log);
    await load.start();
    const read = await readByGroup(log, load.topic);
    await read(1);
    const { connections } = proxy;
    const asked = proxy.requests('saslHandshake');
    await until('three rounds of those who append, read and belong to a group', async () => {
      await read(load.written);
      return proxy.requests('saslHandshake') >= asked + 9 ? true : null;
    });
    const appended = await load.stop();
    expect(await read(appended.length)).toEqual(appended);
    expect(proxy.connections).toBe(connections);
    // Not for each request.
    expect(proxy.requests('saslHandshake') - asked).toBeLessThan(appended.length / 10);
  });

  it('and cannot read its password for a moment says so, and goes on when it can', async () => {
    const secret = secretFile(PASSWORD);
    const log = opened(expiring, withPassword('scram-sha-512', 'scram', secret.read));
    const topic = `unread-${crypto.randomUUID()}`;
    await log.ensureTopic(topicSpec(topic));
    const reader = await log.reader({ topic, partition: 0 }, 0);
    const readable = (): Promise<string> => reader.read({ timeoutMs: 100 }).then(() => 'readable', String);
    expect(await readable()).toBe('readable');
    secret.remove();
    const answers: string[] = [];
    await until('some refusals', async () => {
      answers.push(await readable());
      return answers.filter((answer) => answer !== 'readable').length > 5 ? true : null;
    });
    const said = /^EventLogError: authentication at Kafka broker .* SASL SCRAM-SHA-512 failed: ENOENT/;
    for (const answer of answers) expect(answer).toMatch(answer === 'readable' ? answer : said);
    secret.write(PASSWORD);
    await until('readable', async () => ((await readable()) === 'readable' ? true : null));
  });

  it('and is refused by one of its brokers asks the next', async () => {
    const sasl = withPassword('plain', 'plain', () => PASSWORD);
    const log = openTestLog([expiring, lasting], { sasl });
    closing.push(() => log.close());
    await use(log);
  });

  it('and loses its connection in the middle of that is not refused', async () => {
    const proxy = await proxyTo(lasting);
    const log = opened(
      proxy.bootstrapServers[0] ?? '',
      withPassword('plain', 'plain', () => PASSWORD),
    );
    const lost = proxy.loseNext('saslAuthenticate', 'answer');
    await expect(log.topics()).rejects.toMatchObject({ code: 'unavailable', retriable: true });
    await lost;
    await log.topics();
  });
});
