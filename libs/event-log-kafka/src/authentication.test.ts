import { VirtualClock } from '@logweave/model';
import { expect, it } from 'vitest';
import { Authentication } from './authentication.ts';
import type { SaslConfig } from './kafka-config.ts';
import { AuthenticationError } from './kafka-error.ts';
import { protocolError, type SaslExchange } from './kafkajs.ts';

const SASL: SaslConfig = { mechanism: 'plain', username: () => 'me', password: () => 'secret' };
const AUTHENTICATION_FAILED = 58;

function world(sasl = SASL) {
  const clock = new VirtualClock();
  const told: string[] = [];
  const { options } = new Authentication(sasl, { clock, refused: ({ message }) => told.push(message) });
  /** Whether it is worth another try. */
  const refuse = (broker: string): boolean => {
    const failure = options.failed(broker, protocolError(AUTHENTICATION_FAILED));
    if (!(failure instanceof AuthenticationError)) throw new Error('it should be a refusal');
    return failure.retriable;
  };
  const minutes = (count: number): Promise<void> => clock.advance(count * 60_000);
  return { options, told, refuse, minutes };
}

it('takes a refusal for a mistake until some broker has accepted us', () => {
  const { options, refuse } = world();
  expect(refuse('one:1')).toBe(false);
  options.accepted('one:1');
  expect(refuse('one:1')).toBe(true);
  expect(refuse('two:2')).toBe(true);
});

it('tries each broker for minutes, which others that accept us do not prolong', async () => {
  const { options, refuse, minutes } = world();
  options.accepted('one:1');
  for (let minute = 0; minute < 5; minute++) {
    expect(refuse('two:2')).toBe(true);
    options.accepted('one:1');
    await minutes(1);
  }
  expect(refuse('two:2')).toBe(false);
  options.accepted('two:2');
  expect(refuse('two:2')).toBe(true);
});

it('begins anew where a broker has not been tried for long', async () => {
  const { options, refuse, minutes } = world();
  options.accepted('one:1');
  expect(refuse('two:2')).toBe(true);
  await minutes(60);
  expect(refuse('two:2')).toBe(true);
});

it('tells of a broker once a minute', async () => {
  const { options, told, refuse, minutes } = world();
  options.accepted('one:1');
  for (const broker of ['one:1', 'one:1', 'two:2']) refuse(broker);
  expect(told).toEqual([
    'authentication at Kafka broker one:1 with SASL PLAIN failed: SASL Authentication failed',
    'authentication at Kafka broker two:2 with SASL PLAIN failed: SASL Authentication failed',
  ]);
  await minutes(1);
  refuse('one:1');
  expect(told).toHaveLength(3);
});

it('leaves an error of the connection what it is', () => {
  const { options, told } = world();
  const error = Object.assign(new Error('Closed connection'), { name: 'KafkaJSConnectionClosedError' });
  expect(options.failed('one:1', error)).toBe(error);
  expect(told).toEqual([]);
});

it.each(['plain', 'scram-sha-256', 'oauthbearer'] as const)('passes on how %s has failed', async (mechanism) => {
  const sasl: SaslConfig =
    mechanism === 'oauthbearer' ? { mechanism, token: async () => 'token' } : { ...SASL, mechanism };
  const error = new Error('lost');
  const saslAuthenticate: SaslExchange = () => Promise.reject(error);
  const logger = { debug: () => {}, error: () => {} };
  const peer = { host: 'one', port: 1, logger, saslAuthenticate };
  await expect(world(sasl).options.authenticationProvider(peer).authenticate()).rejects.toBe(error);
});
