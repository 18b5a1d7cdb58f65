import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import { expect, it } from 'vitest';
import { kafkaProblems, type KafkaSection, kafkaSectionSchema, resolveKafkaConfig } from './kafka-section.ts';

function section(values: object): KafkaSection {
  return Value.Parse(kafkaSectionSchema, Value.Default(kafkaSectionSchema, structuredClone(values)));
}

const problemsOf = (values: object): string[] =>
  [...kafkaProblems(section(values))].map(({ path, message }) => `${path.join('.')}: ${message}`);

it.each([
  [{ brokers: ['kafka-1:9092', '[2001:db8::1]:9092', '192.0.2.1:9092'] }, []],
  [{ brokers: ['kafka-1'] }, ["brokers.0: 'kafka-1' is not a host and a port; write kafka-1.example.com:9092"]],
  [{ brokers: ['k:1', 'http://k:9092/'] }, [expect.stringMatching(/^brokers\.1: 'http/)]],
  [{ sasl: { mechanism: 'plain', username: 'u' } }, ['sasl: plain needs a password_file or a password_env']],
  [{ sasl: { mechanism: 'scram-sha-256', password_env: 'P' } }, ['sasl.username: scram-sha-256 needs one']],
  [{ sasl: { mechanism: 'oauthbearer' } }, ['sasl.token_file: oauthbearer needs one']],
  [{ tls: { enabled: true, cert_file: '/c.pem' } }, ['tls: cert_file and key_file belong together']],
])('%j has the problems %j', (values, problems) => {
  expect(problemsOf(values)).toEqual(problems);
});

it('speaks without TLS and authentication unless told otherwise', () => {
  expect(resolveKafkaConfig(section({ brokers: ['k:9092'] }))).toMatchObject({
    brokers: ['k:9092'],
    tls: null,
    sasl: null,
    compression: 'zstd',
  });
});

it('reads a password from its file each time it is asked for', () => {
  const directory = mkdtempSync(join(tmpdir(), 'logweave-kafka-'));
  try {
    const file = join(directory, 'password');
    writeFileSync(file, 'first\n');
    const { sasl } = resolveKafkaConfig(
      section({ sasl: { mechanism: 'plain', username: 'u', password_file: file, password_env: 'NOT_ASKED' } }),
    );
    if (sasl?.mechanism !== 'plain') throw new Error('it should be plain');
    expect(sasl.password()).toBe('first');
    writeFileSync(file, 'second');
    expect(sasl.password()).toBe('second');
    expect(JSON.stringify(sasl)).not.toContain('second');
  } finally {
    rmSync(directory, { recursive: true });
  }
});

it('reads a token from its file each time it is asked for', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'logweave-kafka-'));
  try {
    const file = join(directory, 'token');
    writeFileSync(file, 'first\n');
    const { sasl } = resolveKafkaConfig(section({ sasl: { mechanism: 'oauthbearer', token_file: file } }));
    if (sasl?.mechanism !== 'oauthbearer') throw new Error('it should be oauthbearer');
    expect(await sasl.token()).toBe('first');
    writeFileSync(file, 'second');
    expect(await sasl.token()).toBe('second');
    rmSync(file);
    await expect(sasl.token()).rejects.toThrow(/ENOENT.*token/);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
