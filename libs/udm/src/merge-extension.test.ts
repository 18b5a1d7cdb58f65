import { describe, expect, it } from 'vitest';
import { encodeExtension, mergeExtension, type UdmJson } from './index.ts';
import { mapOf } from './testing/value-of.ts';

const BASE: UdmJson = {
  metadata: { eventType: 'GENERIC_EVENT', description: 'base' },
  principal: { hostname: 'h', ip: ['192.0.2.1'] },
  securityResult: [{ summary: 'base', action: ['BLOCK'] }],
  additional: { a: '1', b: '2' },
};

describe('what an extension has mapped', () => {
  it('overwrites single fields, the type of the event among them, and leaves the others', () => {
    const extension = {
      metadata: { eventType: 'STATUS_UPDATE' },
      principal: { hostname: 'other', user: { userid: 'u' } },
    };
    expect(mergeExtension(BASE, extension)).toEqual({
      ...BASE,
      metadata: { eventType: 'STATUS_UPDATE', description: 'base' },
      principal: { hostname: 'other', ip: ['192.0.2.1'], user: { userid: 'u' } },
    });
  });

  it('replaces repeated fields whole, unless they are to be appended to', () => {
    const extension = { principal: { ip: ['192.0.2.2'] }, securityResult: [{ severity: 'HIGH' }] };
    expect(mergeExtension(BASE, extension)).toMatchObject({
      principal: { hostname: 'h', ip: ['192.0.2.2'] },
      securityResult: [{ severity: 'HIGH' }],
    });
    expect(mergeExtension(BASE, extension, { repeated: 'append' })).toMatchObject({
      principal: { hostname: 'h', ip: ['192.0.2.1', '192.0.2.2'] },
      securityResult: [{ summary: 'base', action: ['BLOCK'] }, { severity: 'HIGH' }],
    });
  });

  it('brings fields that the base does not have, under either option', () => {
    const extension = { about: [{ url: 'u' }], network: { http: { method: 'GET' } } };
    expect(mergeExtension(BASE, extension)).toEqual({ ...BASE, ...extension });
    expect(mergeExtension(BASE, extension, { repeated: 'append' })).toEqual({ ...BASE, ...extension });
  });

  it('merges additional fields key by key', () => {
    expect(mergeExtension(BASE, { additional: { b: 'new', c: ['3'] } })).toMatchObject({
      additional: { a: '1', b: 'new', c: ['3'] },
    });
  });

  it('removes what it has set to "", but no host name', () => {
    const { json } = encodeExtension(
      mapOf({
        metadata: { description: '' },
        principal: { hostname: '', ip: '' },
        security_result: [],
        network: { http: { method: '' } },
        additional: { fields: [{ key: 'a', value: { string_value: '' } }] },
      }),
    );
    expect(mergeExtension(BASE, json)).toEqual({
      metadata: { eventType: 'GENERIC_EVENT' },
      principal: { hostname: 'h' },
      network: { http: {} },
      additional: { b: '2' },
    });
  });

  it('is merged into an entity by the schema of entities', () => {
    const base = { metadata: { entityType: 'USER', sourceLabels: [{ key: 'a' }] }, entity: { user: { userid: 'u' } } };
    const extension = { metadata: { sourceLabels: [{ key: 'b' }] }, entity: { user: { title: 't' } } };
    expect(mergeExtension(base, extension, { root: 'entity', repeated: 'append' })).toEqual({
      metadata: { entityType: 'USER', sourceLabels: [{ key: 'a' }, { key: 'b' }] },
      entity: { user: { userid: 'u', title: 't' } },
    });
  });

  it('reaches no prototype', () => {
    const extension = JSON.parse('{"__proto__":{"x":1},"additional":{"__proto__":{"polluted":1}}}') as UdmJson;
    const merged = mergeExtension(BASE, extension);
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
    expect(Object.getPrototypeOf(merged['additional'])).toBe(Object.prototype);
    expect('polluted' in {}).toBe(false);
  });
});

it('neither record is changed', () => {
  const before = structuredClone(BASE);
  const extension: UdmJson = { principal: { hostname: 'x', ip: ['192.0.2.9'] }, additional: { a: '' } };
  const extensionBefore = structuredClone(extension);
  mergeExtension(BASE, extension, { repeated: 'append' });
  expect(BASE).toEqual(before);
  expect(extension).toEqual(extensionBefore);
});
