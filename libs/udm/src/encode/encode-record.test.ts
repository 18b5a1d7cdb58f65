import { describe, expect, it } from 'vitest';
import { mapOf, type Tree } from '../testing/value-of.ts';
import { ExactNumber } from '../value.ts';
import { encodeEntity, encodeEvent, encodeExtension } from './encode-record.ts';

function encoded(tree: Tree): unknown {
  const { json, problems } = encodeEvent(mapOf(tree));
  expect(problems).toEqual([]);
  return json;
}

function problemsOf(tree: Tree): unknown {
  return encodeEvent(mapOf(tree)).problems.map(({ code, path }) => [code, path]);
}

describe('what a parser has built becomes proto3 JSON', () => {
  it('with camelCase names, whichever way they were written', () => {
    const json = { network: { http: { userAgent: 'curl/8' }, ipProtocol: 'TCP' } };
    expect(encoded({ network: { http: { user_agent: 'curl/8' }, ip_protocol: 'TCP' } })).toEqual(json);
    expect(encoded({ network: { http: { userAgent: 'curl/8' }, ipProtocol: 'TCP' } })).toEqual(json);
  });

  it('with 64-bit integers as strings and 32-bit ones as numbers', () => {
    expect(encoded({ network: { received_bytes: 904, http: { response_code: 200 } } })).toEqual({
      network: { receivedBytes: '904', http: { responseCode: 200 } },
    });
  });

  it('with every digit of a big integer', () => {
    expect(encoded({ network: { sent_bytes: new ExactNumber('18446744073709551615') } })).toEqual({
      network: { sentBytes: '18446744073709551615' },
    });
  });

  it('with text read as a number or boolean where the field is one', () => {
    expect(
      encoded({
        target: { port: '443', asset: { hardware: [{ cpu_max_clock_speed: '2400' }] } },
        network: { dns: { response: 'true', authoritative: 'false', id: '7' } },
        security_result: { risk_score: '7.5' },
      }),
    ).toEqual({
      target: { port: 443, asset: { hardware: [{ cpuMaxClockSpeed: '2400' }] } },
      network: { dns: { response: true, id: 7 } },
      securityResult: [{ riskScore: 7.5 }],
    });
  });

  it('with enums by name, given by name or number', () => {
    expect(encoded({ network: { direction: new ExactNumber('1.0') } })).toEqual({ network: { direction: 'INBOUND' } });
    expect(encoded({ metadata: { event_type: 16006 }, network: { direction: 'INBOUND' } })).toEqual({
      metadata: { eventType: 'NETWORK_HTTP' },
      network: { direction: 'INBOUND' },
    });
  });

  it('with times from seconds and nanoseconds or from RFC 3339', () => {
    expect(
      encoded({
        metadata: {
          event_timestamp: { seconds: 1_588_059_648, nanos: 129_000_000 },
          collected_timestamp: '2020-04-28T09:40:48+02:00',
        },
        network: { session_duration: { seconds: '120' } },
      }),
    ).toEqual({
      metadata: { eventTimestamp: '2020-04-28T07:40:48.129Z', collectedTimestamp: '2020-04-28T07:40:48Z' },
      network: { sessionDuration: '120s' },
    });
  });

  it('with the text of a bytes field in base64', () => {
    expect(encoded({ network: { dhcp: { client_identifier: 'cafés' } } })).toEqual({
      network: { dhcp: { clientIdentifier: 'Y2Fmw6lz' } },
    });
  });

  it('with lone surrogates replaced, since they have no UTF-8', () => {
    expect(encoded({ target: { url: 'a\ud800b' } })).toEqual({ target: { url: 'a\ufffdb' } });
  });

  it('with the parsed user agent, whose fields are kept even at their defaults', () => {
    const agent = { family: 'USER_DEFINED', device: '' };
    expect(encoded({ network: { http: { parsed_user_agent: agent } } })).toEqual({
      network: { http: { parsedUserAgent: agent } },
    });
    expect(encoded({ network: { http: { parsed_user_agent: { family: '' } } } })).toEqual({
      network: { http: { parsedUserAgent: {} } },
    });
  });
});

describe('defaults', () => {
  it('are left out of fields', () => {
    expect(
      encoded({
        metadata: { description: '', event_type: 'EVENTTYPE_UNSPECIFIED' },
        target: { port: 0, url: '' },
        network: { sent_bytes: '0', dns: { response: false } },
      }),
    ).toEqual({ metadata: {}, target: {}, network: { dns: {} } });
  });

  it('leave an empty object behind, which tells that the parser has been there', () => {
    expect(encoded({ extensions: { auth: { type: 'AUTHTYPE_UNSPECIFIED' } } })).toEqual({ extensions: { auth: {} } });
  });

  it('are kept in lists', () => {
    expect(
      encoded({ security_result: [{ action: ['UNKNOWN_ACTION'], category_details: ['', 'x', ''] }, { severity: 0 }] }),
    ).toEqual({ securityResult: [{ action: ['UNKNOWN_ACTION'], categoryDetails: ['', 'x', ''] }, {}] });
  });

  it('of a string field never include the text "0"', () => {
    expect(encoded({ principal: { user: { userid: '0' } } })).toEqual({ principal: { user: { userid: '0' } } });
  });
});

describe('tokens that were only declared', () => {
  it('set nothing, whatever the type of their field', () => {
    expect(
      encoded({
        metadata: { event_timestamp: '', event_type: '' },
        principal: '',
        target: { port: '', ip: '', file: '' },
        security_result: '',
        additional: '',
      }),
    ).toEqual({ metadata: {}, target: {} });
  });

  it('add nothing to lists that cannot hold an empty text', () => {
    expect(
      encoded({ security_result: ['', { summary: 's' }], extensions: { auth: { mechanism: ['', 'OTP'] } } }),
    ).toEqual({
      securityResult: [{ summary: 's' }],
      extensions: { auth: { mechanism: ['OTP'] } },
    });
  });

  it('that are null set nothing', () => {
    expect(encoded({ target: { url: null, ip: [null, '192.0.2.1'] } })).toEqual({ target: { ip: ['192.0.2.1'] } });
  });
});

describe('repeated fields', () => {
  it('take a single value as a list of one', () => {
    expect(encoded({ principal: { ip: '192.0.2.1' }, security_result: { summary: 's' } })).toEqual({
      principal: { ip: ['192.0.2.1'] },
      securityResult: [{ summary: 's' }],
    });
  });

  it('keep duplicates and their order', () => {
    const labels = [
      { key: 'b', value: '1' },
      { key: 'a', value: '2' },
      { key: 'b', value: '1' },
    ];
    expect(encoded({ principal: { ip: ['192.0.2.2', '192.0.2.1', '192.0.2.2'], labels } })).toEqual({
      principal: { ip: ['192.0.2.2', '192.0.2.1', '192.0.2.2'], labels },
    });
  });

  it('are left out when they have no elements', () => {
    expect(encoded({ principal: { ip: [] } })).toEqual({ principal: {} });
  });

  it('hold no lists', () => {
    expect(problemsOf({ principal: { ip: ['192.0.2.1', ['192.0.2.2']] } })).toEqual([
      ['type_mismatch', 'principal.ip[1]'],
    ]);
  });
});

describe('maps of strings to messages', () => {
  const variables = { a: { type: 'INDEX', value: 'x' } };

  it('are taken as a map or as a list of keys and values', () => {
    const json = { securityResult: [{ variables: { a: { value: 'x' } } }] };
    expect(encoded({ security_result: [{ variables: { a: { value: 'x' } } }] })).toEqual(json);
    expect(encoded({ security_result: [{ variables: [{ key: 'a', value: { value: 'x' } }] }] })).toEqual(json);
  });

  it('are checked inside', () => {
    expect(problemsOf({ security_result: [{ variables }] })).toEqual([
      ['unknown_enum_value', 'security_result[0].variables.a.type'],
    ]);
  });
});

describe('what does not fit is told, and the rest is encoded', () => {
  it.each<readonly [name: string, tree: Tree, code: string, path: string]>([
    ['an unknown field', { metadata: { foo: 'x' } }, 'unknown_field', 'metadata.foo'],
    ['an unknown root', { principle: { ip: 'x' } }, 'unknown_field', 'principle'],
    ['a prototype for a field', { principal: { constructor: 'x' } }, 'unknown_field', 'principal.constructor'],
    ['an unknown enum name', { network: { ip_protocol: 'tcp' } }, 'unknown_enum_value', 'network.ip_protocol'],
    ['an unknown enum number', { network: { ip_protocol: 4711 } }, 'unknown_enum_value', 'network.ip_protocol'],
    ['a boolean for an enum', { network: { direction: true } }, 'type_mismatch', 'network.direction'],
    ['a number for a string', { target: { hostname: 5 } }, 'type_mismatch', 'target.hostname'],
    ['a boolean for a string', { target: { hostname: true } }, 'type_mismatch', 'target.hostname'],
    ['a map for a string', { target: { hostname: { a: 'b' } } }, 'type_mismatch', 'target.hostname'],
    ['a text for a number', { target: { port: 'https' } }, 'type_mismatch', 'target.port'],
    ['a fraction for an integer', { target: { port: 1.5 } }, 'type_mismatch', 'target.port'],
    ['a number for a boolean', { network: { dns: { response: 1 } } }, 'type_mismatch', 'network.dns.response'],
    ['an integer out of range', { target: { port: '2147483648' } }, 'out_of_range', 'target.port'],
    ['a scalar for a message', { target: { file: 'x' } }, 'type_mismatch', 'target.file'],
    ['a list for a single field', { target: { url: ['a'] } }, 'list_in_singular_field', 'target.url'],
    ['a list for a single message', { target: [{ url: 'a' }] }, 'list_in_singular_field', 'target'],
    ['a time that is none', { metadata: { event_timestamp: 'now' } }, 'bad_timestamp', 'metadata.event_timestamp'],
    ['a time of other parts', { metadata: { event_timestamp: { s: 1 } } }, 'unknown_field', 'metadata.event_timestamp'],
    ['a duration that is none', { network: { session_duration: '2m' } }, 'bad_duration', 'network.session_duration'],
    ['two names of one field', { network: { sent_bytes: 1, sentBytes: 2 } }, 'duplicate_field', 'network.sentBytes'],
    ['an element', { about: [{}, { port: 'x' }] }, 'type_mismatch', 'about[1].port'],
  ])('%s', (_, tree, code, path) => {
    const { json, problems } = encodeEvent(mapOf({ ...tree, observer: { hostname: 'h' } }));
    expect(problems.map((problem) => [problem.severity, problem.code, problem.path])).toEqual([['error', code, path]]);
    expect(json).toMatchObject({ observer: { hostname: 'h' } });
  });

  it('with field and value in the message', () => {
    const { problems } = encodeEvent(mapOf({ network: { direction: 'inbound' }, target: { foo: 'bar' } }));
    expect(problems.map((problem) => problem.message)).toEqual([
      'field "event.idm.read_only_udm.network.direction": the string "inbound" is no value of the enum Network.Direction',
      'field "event.idm.read_only_udm.target.foo": Noun has no such field (found the string "bar")',
    ]);
  });

  it('under the name of the builder that the parser uses', () => {
    const { problems } = encodeEvent(mapOf({ foo: '' }), 'event1.idm.read_only_udm');
    expect(problems[0]?.message).toContain('"event1.idm.read_only_udm.foo"');
  });
});

describe('an entity', () => {
  it('is encoded by the schema of entities', () => {
    const { json, problems } = encodeEntity(
      mapOf({
        metadata: { entity_type: 'IP_ADDRESS', interval: { start_time: { seconds: 0 }, end_time: { seconds: 60 } } },
        entity: { ip: '192.0.2.1' },
        relations: [{ relationship: 'MEMBER', entity_type: 'UNKNOWN_ENTITYTYPE' }],
      }),
    );
    expect(problems).toEqual([]);
    expect(json).toEqual({
      metadata: {
        entityType: 'IP_ADDRESS',
        interval: { startTime: '1970-01-01T00:00:00Z', endTime: '1970-01-01T00:01:00Z' },
      },
      entity: { ip: ['192.0.2.1'] },
      relations: [{ relationship: 'MEMBER' }],
    });
  });

  it('has no fields of events', () => {
    expect(encodeEntity(mapOf({ principal: {} })).problems[0]?.message).toContain('"event.idm.entity.principal"');
  });
});

describe('an extension', () => {
  it('keeps what was set to "", to remove it from the event', () => {
    const { json, problems } = encodeExtension(
      mapOf({ metadata: { description: '' }, target: { ip: '', mac: [], file: '' }, network: { sent_bytes: '' } }),
    );
    expect(problems).toEqual([]);
    expect(json).toEqual({
      metadata: { description: '' },
      target: { ip: [], mac: [], file: '' },
      network: { sentBytes: '' },
    });
  });

  it('keeps nothing of the kind inside of lists', () => {
    expect(encodeExtension(mapOf({ security_result: [{ summary: '', description: 'd' }] })).json).toEqual({
      securityResult: [{ description: 'd' }],
    });
  });
});
