import { EventLogError } from '@logweave/event-log';
import { describe, expect, it } from 'vitest';
import { asEventLogError, AuthenticationError, diagnose } from './kafka-error.ts';
import { protocolError } from './kafkajs.ts';

/** As kafkajs names the errors of a connection. */
function connectionError(name: string): Error {
  const error = new Error('Connection error: read ECONNRESET');
  error.name = name;
  return error;
}

describe('what an error of Kafka is about', () => {
  it.each([
    // By the protocol's codes, so that a name of ours which kafkajs does not use shows.
    [3, 'moved'],
    [5, 'moved'],
    [6, 'moved'],
    [9, 'moved'],
    [15, 'moved'],
    [16, 'moved'],
    [41, 'moved'],
    [56, 'moved'],
    [74, 'moved'],
    [75, 'moved'],
    [14, 'transient'],
    [19, 'transient'],
    [51, 'transient'],
    [78, 'transient'],
    [88, 'transient'],
    [7, 'connection'],
    [13, 'connection'],
    [20, 'connection'],
    [47, 'fenced'],
    [48, 'fenced'],
    [49, 'fenced'],
    [90, 'fenced'],
    [1, 'fatal'],
    [10, 'fatal'],
    [12, 'fatal'],
    [25, 'fatal'],
    [27, 'fatal'],
    [29, 'fatal'],
    [45, 'fatal'],
    [59, 'fatal'],
  ] as const)('code %i is %s', (code, kind) => {
    const error = protocolError(code);
    expect(diagnose(error).kind).toBe(kind);
    expect(diagnose(new Error('wrapped', { cause: error })).kind).toBe(kind);
    // As kafkajs wraps them.
    expect(diagnose(Object.assign(new Error('wrapped'), { originalError: error })).kind).toBe(kind);
  });

  it.each([
    'KafkaJSConnectionError',
    'KafkaJSConnectionClosedError',
    'KafkaJSRequestTimeoutError',
    'KafkaJSLockTimeout',
  ])('a %s leaves open whether the request was carried out', (name) => {
    expect(diagnose(connectionError(name))).toEqual({ type: null, kind: 'connection' });
  });

  it('is fatal when nobody knows it', () => {
    expect(diagnose(new TypeError('a bug'))).toEqual({ type: null, kind: 'fatal' });
    expect(diagnose(undefined).kind).toBe('fatal');
    expect(diagnose('text').kind).toBe('fatal');
  });

  it.each([
    [1, 'offset_out_of_range', false],
    [10, 'record_too_large', false],
    [18, 'record_too_large', false],
    [12, 'metadata_too_large', false],
    [3, 'unknown_topic_or_partition', false],
    [6, 'unavailable', true],
    [14, 'unavailable', true],
    [29, 'refused', false],
    [30, 'refused', false],
    [31, 'refused', false],
    [53, 'refused', false],
  ] as const)('code %i is %s to services, worth another try: %s', (code, expected, retriable) => {
    const error = asEventLogError(protocolError(code), 'doing something');
    expect(error).toMatchObject({ code: expected, retriable });
    expect(error.message).toMatch(/^doing something: ./);
    expect(error.cause).toBeInstanceOf(Error);
  });

  it.each([true, false])('is a refusal whatever has caused it, worth another try: %s', (retriable) => {
    const error = new AuthenticationError('who are you?', { retriable, cause: connectionError('KafkaJSTimeout') });
    expect(diagnose(error)).toEqual({ type: 'SASL_AUTHENTICATION_FAILED', kind: 'fatal' });
    expect(asEventLogError(error, 'doing something')).toBe(error);
    expect(error).toMatchObject({ code: 'refused', retriable });
  });

  it('stays as it is when it is one of the port already', () => {
    const error = new EventLogError('closed', 'the event log is closed');
    expect(asEventLogError(error, 'doing something')).toBe(error);
  });
});
