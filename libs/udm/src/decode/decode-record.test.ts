import { describe, expect, it } from 'vitest';
import { decodeEntity, decodeEvent } from './decode-record.ts';

function decoded(json: unknown): unknown {
  const result = decodeEvent(json);
  expect(result.problems).toEqual([]);
  return result.json;
}

describe('an event that is sent in', () => {
  it('gets its names in camelCase', () => {
    const normal = { securityResult: [{ ruleName: 'r' }], network: { http: { userAgent: 'curl/8' } } };
    expect(decoded(normal)).toEqual(normal);
    expect(decoded({ security_result: [{ rule_name: 'r' }], network: { http: { user_agent: 'curl/8' } } })).toEqual(
      normal,
    );
  });

  it('has its numbers, enums, times and bytes in their normal form', () => {
    expect(
      decoded({
        metadata: { eventType: 16006, eventTimestamp: '2020-04-28T09:40:48.10+02:00', id: '_-8' },
        network: { sentBytes: 904, receivedBytes: '0905', http: { responseCode: '200' }, sessionDuration: '1.5s' },
      }),
    ).toEqual({
      metadata: { eventType: 'NETWORK_HTTP', eventTimestamp: '2020-04-28T07:40:48.100Z', id: '/+8=' },
      network: { sentBytes: '904', receivedBytes: '905', http: { responseCode: 200 }, sessionDuration: '1.500s' },
    });
  });

  it('has lone surrogates replaced, since they have no UTF-8', () => {
    expect(decoded({ target: { url: 'a\ud800' }, additional: { '\ud800': '\udc00' } })).toEqual({
      target: { url: 'a\ufffd' },
      additional: { '\ufffd': '\ufffd' },
    });
  });

  it('loses defaults and nulls, and keeps empty objects and what is in lists', () => {
    expect(
      decoded({
        metadata: { eventType: 'EVENTTYPE_UNSPECIFIED', description: '', vendorName: null },
        target: { port: 0, ip: [] },
        extensions: { auth: {} },
        securityResult: [{ action: ['UNKNOWN_ACTION'], categoryDetails: [''] }],
      }),
    ).toEqual({
      metadata: {},
      target: {},
      extensions: { auth: {} },
      securityResult: [{ action: ['UNKNOWN_ACTION'], categoryDetails: [''] }],
    });
  });

  it('keeps whatever JSON is in its additional fields', () => {
    const additional = { a: null, b: [1, 'x', { c: [] }], d: { e: false } };
    expect(decoded({ additional })).toEqual({ additional });
  });

  it('cannot reach the prototype of anything', () => {
    const json: unknown = JSON.parse(
      '{"additional":{"__proto__":{"polluted":1}},"extracted":{"constructor":{"prototype":1}}}',
    );
    expect(JSON.stringify(decoded(json))).toBe(JSON.stringify(json));
    expect('polluted' in {}).toBe(false);
    expect(decodeEvent(JSON.parse('{"__proto__":{"metadata":{}}}')).problems.map((problem) => problem.path)).toEqual([
      '__proto__',
    ]);
  });
});

describe('what does not fit is told, and the rest is taken', () => {
  it.each<readonly [name: string, json: object, code: string, path: string]>([
    ['an unknown field', { metadata: { foo: 1 } }, 'unknown_field', 'metadata.foo'],
    ['an unknown enum name', { network: { direction: 'IN' } }, 'unknown_enum_value', 'network.direction'],
    ['an unknown enum number', { network: { direction: 99 } }, 'unknown_enum_value', 'network.direction'],
    ['a number for a string', { target: { url: 1 } }, 'type_mismatch', 'target.url'],
    ['a text for a boolean', { network: { dns: { response: 'true' } } }, 'type_mismatch', 'network.dns.response'],
    ['a scalar for a list', { target: { ip: '192.0.2.1' } }, 'type_mismatch', 'target.ip'],
    ['a null in a list', { target: { ip: [null] } }, 'type_mismatch', 'target.ip[0]'],
    ['a list for a scalar', { target: { url: ['x'] } }, 'list_in_singular_field', 'target.url'],
    ['a scalar for an object', { target: 'x' }, 'type_mismatch', 'target'],
    ['a scalar for a Struct', { additional: 'x' }, 'type_mismatch', 'additional'],
    ['a list for a Struct', { additional: [] }, 'list_in_singular_field', 'additional'],
    ['bytes that are no base64', { metadata: { id: '$' } }, 'bad_base64', 'metadata.id'],
    ['a time that is none', { metadata: { eventTimestamp: 5 } }, 'type_mismatch', 'metadata.eventTimestamp'],
    ['both names of a field', { network: { sentBytes: 1, sent_bytes: 1 } }, 'duplicate_field', 'network.sent_bytes'],
    [
      'a map of no objects',
      { securityResult: [{ variables: { a: 1 } }] },
      'type_mismatch',
      'securityResult[0].variables.a',
    ],
  ])('%s', (_, json, code, path) => {
    const result = decodeEvent({ ...json, observer: { hostname: 'h' } });
    expect(result.problems.map((problem) => [problem.severity, problem.code, problem.path])).toEqual([
      ['error', code, path],
    ]);
    expect(result.json).toMatchObject({ observer: { hostname: 'h' } });
  });

  it.each([[null], ['x'], [[]], [undefined], [5]])('when the whole is %s', (json) => {
    const result = decodeEvent(json);
    expect(result.problems.map((problem) => [problem.code, problem.path])).toEqual([['type_mismatch', '']]);
    expect(result.json).toEqual({});
  });

  it('with a warning for a number that JSON may have cut', () => {
    const result = decodeEvent({ network: { sentBytes: 2 ** 60 } });
    expect(result.problems.map((problem) => [problem.severity, problem.code])).toEqual([['warning', 'lost_precision']]);
    expect(result.json).toEqual({ network: { sentBytes: '1152921504606846976' } });
  });
});

it('an entity is read by the schema of entities', () => {
  const entity = { metadata: { entityType: 'URL' }, entity: { url: 'https://example.com' } };
  expect(decodeEntity(entity)).toEqual({ json: entity, problems: [] });
  expect(decodeEntity({ principal: {} }).problems[0]?.message).toContain('"entity.principal"');
});
