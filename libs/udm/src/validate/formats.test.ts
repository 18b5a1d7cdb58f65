import { describe, expect, it } from 'vitest';
import type { UdmJson } from '../udm-json.ts';
import { validateEvent } from './validate-event.ts';

const METADATA = {
  eventType: 'GENERIC_EVENT',
  eventTimestamp: '2020-04-28T07:40:48Z',
  vendorName: 'V',
  productName: 'P',
};

function warned(rest: UdmJson, metadata: UdmJson = {}): string[] {
  return validateEvent({ metadata: { ...METADATA, ...metadata }, ...rest }).map((problem) => {
    expect([problem.severity, problem.code]).toEqual(['warning', 'bad_format']);
    return problem.path;
  });
}

describe('values in the form that searches expect pass, others warn', () => {
  const sha256 = 'ab'.repeat(32);

  it.each<readonly [good: UdmJson, bad: UdmJson, path: string]>([
    [{ port: 65_535 }, { port: 65_536 }, 'port'],
    [{ port: 1 }, { port: -1 }, 'port'],
    [{ port: 80, ip: ['192.0.2.1'] }, { port: 80, ip: ['192.0.2.1', '192.0.2.2'] }, 'ip'],
    [{ hostname: 'web-1.example.com' }, { hostname: 'web 1' }, 'hostname'],
    [{ hostname: 'WIN_HOST' }, { hostname: '-x.example.com' }, 'hostname'],
    [{ hostname: `${'a'.repeat(63)}.b` }, { hostname: `${'a'.repeat(64)}.b` }, 'hostname'],
    [{ ip: ['2001:db8::1'] }, { ip: ['192.0.2.1', '192.0.2.256'] }, 'ip[1]'],
    [{ mac: ['00:00:5E:00:53:01'] }, { mac: ['00:00:5E:00:53'] }, 'mac[0]'],
    [{ mac: ['0000.5e00.5301'] }, { mac: ['00:00-5e:00:53:01'] }, 'mac[0]'],
    [{ assetId: 'Vendor:42' }, { assetId: '42' }, 'asset_id'],
    [{ file: { md5: 'ab'.repeat(16) } }, { file: { md5: 'AB'.repeat(16) } }, 'file.md5'],
    [{ file: { sha1: 'ab'.repeat(20) } }, { file: { sha1: sha256 } }, 'file.sha1'],
    [{ process: { file: { sha256 } } }, { process: { file: { sha256: 'x' } } }, 'process.file.sha256'],
  ])('%j against %j', (good, bad, path) => {
    expect(warned({ target: good })).toEqual([]);
    expect(warned({ target: bad })).toEqual([`target.${path}`]);
    expect(warned({ about: [good, bad] })).toEqual([`about[1].${path}`]);
  });

  it.each([
    ['description', 'description', 1024],
    ['productEventType', 'product_event_type', 64],
    ['productLogId', 'product_log_id', 256],
    ['productName', 'product_name', 256],
    ['vendorName', 'vendor_name', 256],
    ['productVersion', 'product_version', 32],
  ])('%s by its bytes', (json, name, limit) => {
    expect(warned({}, { [json]: 'é'.repeat(limit / 2) })).toEqual([]);
    expect(warned({}, { [json]: `${'é'.repeat(limit / 2)}x` })).toEqual([`metadata.${name}`]);
    expect(warned({}, { [json]: '€'.repeat(Math.floor(limit / 3) + 1) })).toEqual([`metadata.${name}`]);
  });

  it('also when they are very long', () => {
    expect(warned({ target: { hostname: `${'a-'.repeat(500_000)}!` } })).toEqual(['target.hostname']);
  });
});
