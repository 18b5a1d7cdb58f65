import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { encoded, protocolError } from '../kafkajs.ts';
import { ByteReader, ByteWriter } from '../protocol-bytes.ts';
import type { SaslMechanism } from './sasl-listener.ts';
import { testCluster } from './test-cluster.ts';

const ALTER_USER_SCRAM_CREDENTIALS = 51;
const ITERATIONS = 4_096;
const SCRAM = {
  'SCRAM-SHA-256': { number: 1, digest: 'sha256', length: 32 },
  'SCRAM-SHA-512': { number: 2, digest: 'sha512', length: 64 },
} as const;

/** Gives a user of SCRAM this password from now on, by way of a listener that asks for none. */
export async function setScramPassword(
  brokers: readonly string[],
  mechanism: Extract<SaslMechanism, keyof typeof SCRAM>,
  user: string,
  password: string,
): Promise<void> {
  const { number, digest, length } = SCRAM[mechanism];
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, ITERATIONS, length, digest);
  const body = new ByteWriter(256)
    // The tags that end the header of requests of this kind, of which kafkajs knows nothing.
    .uvarint(0)
    .compactArray([], () => {});
  body.compactArray([user], () => {
    body.compactString(user).int8(number).int32(ITERATIONS);
    for (const bytes of [salt, salted]) body.uvarint(bytes.length + 1).raw(bytes);
    body.uvarint(0);
  });
  body.uvarint(0);
  const cluster = testCluster(brokers);
  try {
    const controller = await cluster.controller();
    const code = await controller.connectionPool.send({
      request: {
        apiKey: ALTER_USER_SCRAM_CREDENTIALS,
        apiVersion: 0,
        apiName: 'AlterUserScramCredentials',
        encode: async () => encoded(body.finish()),
      },
      response: { decode: async (payload) => errorCode(new ByteReader(payload)), parse: async (code) => code },
    });
    if (code !== 0) throw protocolError(code);
  } finally {
    await cluster.close();
  }
}

function errorCode(input: ByteReader): number {
  input.skipTags();
  input.int32();
  const codes = input.compactArray(() => {
    input.compactString();
    const code = input.int16();
    input.compactString();
    input.skipTags();
    return code;
  });
  return codes.find((code) => code !== 0) ?? 0;
}
