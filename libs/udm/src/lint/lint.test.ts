import { describe, expect, it } from 'vitest';
import { MESSAGE_SCHEMAS } from '../schema/schema.ts';
import { DEPRECATED_FIELDS, findDeprecation } from './deprecated-fields.ts';
import { resolvePath } from './resolve-path.ts';
import { suggestField } from './suggest-field.ts';

describe('a path leads to its field', () => {
  it.each([
    ['principal.user.userid', { type: 'string', kind: 'scalar', repeated: false }],
    ['principal', { type: 'Noun', kind: 'message', repeated: false }],
    ['principal.ip', { type: 'string', kind: 'scalar', repeated: true }],
    ['network.received_bytes', { type: 'uint64', kind: 'scalar', repeated: false }],
    ['metadata.event_timestamp', { type: 'Timestamp', kind: 'timestamp', repeated: false }],
    ['metadata.event_timestamp.nanos', { type: 'int32', kind: 'scalar', repeated: false }],
    ['network.session_duration.seconds', { type: 'int64', kind: 'scalar', repeated: false }],
    ['additional', { type: 'Struct', kind: 'struct', repeated: false }],
    ['additional.fields', { type: 'Struct', kind: 'struct', repeated: true }],
    ['security_result.variables', { type: 'FindingVariable', kind: 'map', repeated: false }],
    ['security_result.variables.name.value', { type: 'string', kind: 'scalar', repeated: false }],
    [
      'principal.process.parent_process.parent_process.file.sha256',
      { type: 'string', kind: 'scalar', repeated: false },
    ],
    ['network.http.parsed_user_agent.browser', { type: 'string', kind: 'scalar', repeated: false }],
    ['principal.labels', { type: 'Label', kind: 'message', repeated: true, deprecated: true }],
  ])('%s', (path, expected) => {
    expect(resolvePath(path)).toEqual({ path, deprecated: false, ...expected });
  });

  it('with the names of an enum', () => {
    expect(resolvePath('network.direction')).toEqual({
      path: 'network.direction',
      type: 'Network.Direction',
      kind: 'enum',
      repeated: false,
      deprecated: false,
      enumNames: ['UNKNOWN_DIRECTION', 'INBOUND', 'OUTBOUND', 'BROADCAST'],
    });
  });

  it('through JSON names and indexes', () => {
    expect(resolvePath('securityResult.0.categoryDetails.1')?.path).toBe('security_result.category_details');
  });

  it('of entities by their own root', () => {
    expect(resolvePath('metadata.entity_type', 'entity')?.type).toBe('EntityMetadata.EntityType');
    expect(resolvePath('metadata.entity_type')).toBeUndefined();
  });

  it.each([
    '',
    'foo',
    'principal.foo',
    'principal.hostname.x',
    'principal.0',
    'principal.',
    'additional.key',
    'constructor',
    'metadata.event_timestamp.constructor',
    'metadata.event_timestamp.seconds.x',
  ])('%j leads nowhere', (path) => {
    expect(resolvePath(path)).toBeUndefined();
  });
});

describe('a path that leads nowhere is near one that leads somewhere', () => {
  it.each([
    ['principle.ip', 'principal.ip'],
    ['scr.ip', 'src.ip'],
    ['principal.hostnmae', 'principal.hostname'],
    ['principal.userid', 'principal.user.userid'],
    ['target.sha256', 'target.file.sha256'],
    ['network.referral_url', 'network.http.referral_url'],
    ['security_result.0.catgory', 'security_result.category'],
    ['metadata.eventtype', 'metadata.event_type'],
  ])('%s may mean %s', (path, suggestion) => {
    expect(suggestField(path)).toBe(suggestion);
    expect(resolvePath(suggestion)).toBeDefined();
  });

  it.each(['xyzzy', 'principal.xyzzy', 'principal.hostname.x', 'principal.ip', 'additional.key'])(
    '%s is near nothing',
    (path) => {
      expect(suggestField(path)).toBeUndefined();
    },
  );
});

describe('deprecated fields', () => {
  it('are those of the schema, and what to use instead is there', () => {
    expect(DEPRECATED_FIELDS.length).toBe(40);
    expect(DEPRECATED_FIELDS.filter((field) => field.use !== undefined).length).toBeGreaterThan(30);
    for (const { message, use } of DEPRECATED_FIELDS) {
      let schema = MESSAGE_SCHEMAS.get(message);
      for (const step of use?.split('.') ?? []) {
        const field = schema?.fields.get(step);
        expect(field, `${message}.${use}`).toMatchObject({ deprecated: false });
        schema = field?.type.kind === 'message' ? field.type.message : MESSAGE_SCHEMAS.get('google.type.LatLng');
      }
    }
  });

  it('are found on a path, with the path to use instead', () => {
    expect(findDeprecation('target.resource.id')).toEqual({
      path: 'target.resource.id',
      use: 'target.resource.product_object_id',
    });
    expect(findDeprecation('about.0.ip_location.city')).toEqual({
      path: 'about.ip_location',
      use: 'about.ip_geo_artifact',
    });
    expect(findDeprecation('principal.user.userid')).toBeUndefined();
    expect(findDeprecation('no.such.path')).toBeUndefined();
    expect(findDeprecation('entity.labels', 'entity')).toMatchObject({ path: 'entity.labels' });
  });
});
