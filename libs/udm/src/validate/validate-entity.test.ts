import { describe, expect, it } from 'vitest';
import type { UdmJson } from '../udm-json.ts';
import { validateEntity } from './validate-entity.ts';

function entity(entityType: string, noun: UdmJson): UdmJson {
  return { metadata: { entityType, collectedTimestamp: '2020-04-28T07:40:48Z' }, entity: noun };
}

function told(json: UdmJson, policy?: 'strict'): (readonly string[])[] {
  return validateEntity(json, policy).map(({ severity, path }) => [severity, path]);
}

describe('an entity has what its type asks for', () => {
  it.each<readonly [entityType: string, valid: UdmJson, invalid: UdmJson, severity: string, path: string]>([
    ['IP_ADDRESS', { ip: ['192.0.2.1', '2001:db8::1'] }, { hostname: 'h' }, 'error', 'entity.ip'],
    [
      'CIDR_BLOCK',
      { network: { ipSubnetRange: '192.0.2.0/24' } },
      { network: {} },
      'error',
      'entity.network.ip_subnet_range',
    ],
    ['FILE', { file: { fullPath: '/x' } }, { file: {} }, 'error', 'entity.file'],
    ['DOMAIN_NAME', { hostname: 'example.com' }, { ip: ['192.0.2.1'] }, 'error', 'entity.hostname'],
    ['URL', { url: 'https://example.com/' }, {}, 'error', 'entity.url'],
    [
      'MUTEX',
      { resource: { resourceType: 'MUTEX', name: 'm' } },
      { resource: { name: 'm' } },
      'error',
      'entity.resource',
    ],
    ['USER', { user: { emailAddresses: ['a@example.com'] } }, { user: {} }, 'warning', 'entity.user.email_addresses'],
    ['RESOURCE', { resource: { resourceType: 'MUTEX' } }, { resource: {} }, 'warning', 'entity.resource.resource_type'],
  ])('%s', (entityType, valid, invalid, severity, path) => {
    expect(told(entity(entityType, valid))).toEqual([]);
    expect(told(entity(entityType, invalid))).toEqual([[severity, path]]);
  });

  it('whose value is in the right form', () => {
    expect(told(entity('IP_ADDRESS', { ip: ['192.0.2.300'] }))).toEqual([
      ['error', 'entity.ip'],
      ['warning', 'entity.ip[0]'],
    ]);
    expect(told(entity('DOMAIN_NAME', { hostname: 'not a domain' }))).toEqual([
      ['error', 'entity.hostname'],
      ['warning', 'entity.hostname'],
    ]);
  });

  it('and nothing where the type asks for nothing', () => {
    expect(told(entity('ASSET', { asset: {} }))).toEqual([]);
  });
});

it('an entity has a type, a noun and a time', () => {
  expect(told({})).toEqual([
    ['error', 'metadata.entity_type'],
    ['warning', 'metadata.collected_timestamp'],
    ['error', 'entity'],
  ]);
  expect(told({}, 'strict').map(([severity]) => severity)).toEqual(['error', 'error', 'error']);
});
