import { describe, expect, it } from 'vitest';
import { readEventTypes } from './event-types.ts';
import { renderEventTypes, renderSchema, renderTypes } from './render.ts';
import { readSchema } from './source-schema.ts';

const FIELD = { json: 'method', number: 1, type: 'string', kind: 'scalar', repeated: false };

const SOURCE = {
  source: 'somewhere @ 1234',
  messages: {
    Http: [
      { ...FIELD, name: 'method' },
      { ...FIELD, name: 'seen_time', json: 'seenTime', type: 'google.protobuf.Timestamp', kind: 'wellknown' },
      { ...FIELD, name: 'verb', json: 'verb', type: 'Http.Verb', kind: 'enum', repeated: true, deprecated: true },
      { ...FIELD, name: 'parent', json: 'parent', type: 'Http', kind: 'message', optional: true },
      { ...FIELD, name: 'by_name', json: 'byName', type: 'map<string,Http>', kind: 'wellknown' },
    ],
  },
  enums: {
    'Http.Verb': [
      { name: 'NO_VERB', number: 0 },
      { name: 'GET', number: 1 },
      { name: 'PUT', number: 7 },
      { name: 'POST', number: 8 },
    ],
  },
};

describe('the generated schema', () => {
  const schema = readSchema(SOURCE);

  it('says of each field its name, type and flags', () => {
    expect(renderSchema(schema)).toContain(
      "'method:string seen_time:Timestamp verb:#Http.Verb*! parent:&Http? by_name:%Http parsed_user_agent:&UserAgentProto'",
    );
  });

  it('leaves out numbers of enums that follow', () => {
    expect(renderSchema(schema)).toContain("'NO_VERB=0 GET PUT=7 POST'");
  });

  it('names where it comes from', () => {
    for (const text of [renderSchema(schema), renderTypes(schema)]) expect(text).toContain('somewhere @ 1234');
  });

  it('has interfaces and names for TypeScript', () => {
    const types = renderTypes(schema);
    expect(types).toContain("export type HttpVerbName =\n  | 'NO_VERB'");
    expect(types).toContain('  /** @deprecated */\n  readonly verb?: readonly HttpVerbName[];\n');
    expect(types).toContain('  readonly byName?: { readonly [key: string]: Http };\n');
  });

  it('is not made of a source that does not fit', () => {
    const broken = { ...SOURCE, messages: { Http: [{ ...FIELD, name: 'user_agent', json: 'user_agent' }] } };
    expect(() => readSchema(broken)).toThrow('Http.user_agent: JSON name user_agent does not follow');
    expect(() => readSchema({ ...SOURCE, messages: { Http: [{ ...FIELD, name: 'method', kind: 'x' }] } })).toThrow(
      'kind',
    );
  });
});

describe('what the guide asks of a type of event', () => {
  const types = readEventTypes({
    _about: {},
    USER_LOGIN: {
      required: [
        'metadata.event_type',
        'target.user',
        'principal.machine_id (remote) or target.machine_id (local)',
        'target.url (when known)',
      ],
      optional: ['intermediary.machine_id (SSO)', 'security_result.category=AUTH_VIOLATION on failure'],
    },
    SETTING_CREATION: { required: ['target.resource.type|resource_type=SETTING'], optional: [] },
    GENERIC_EVENT: { required: ['metadata.event_type'], optional: [] },
  });

  it('becomes conditions, and what depends is only usual', () => {
    expect(types).toEqual([
      {
        eventType: 'USER_LOGIN',
        required: ['target.user', 'principal.machine_id|target.machine_id'],
        usual: ['target.url', 'intermediary.machine_id'],
      },
      {
        eventType: 'SETTING_CREATION',
        required: ['target.resource.resource_type=SETTING|target.resource.type=SETTING'],
        usual: [],
      },
    ]);
  });

  it('is written as data', () => {
    expect(renderEventTypes(types)).toContain("  USER_LOGIN: { required: ['target.user', 'principal.machine_id|");
  });
});
