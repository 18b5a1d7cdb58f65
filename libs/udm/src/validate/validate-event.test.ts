import { describe, expect, it } from 'vitest';
import { EVENT_SCHEMA } from '../schema/schema.ts';
import type { UdmJson } from '../udm-json.ts';
import { eventTypeRule } from './event-type-rules.ts';
import type { ValidationPolicy } from './policy.ts';
import { requiredNouns, validateEvent } from './validate-event.ts';

const MACHINE = { hostname: 'h' };

function event(eventType: string, rest: UdmJson = {}): UdmJson {
  return {
    metadata: { eventType, eventTimestamp: '2020-04-28T07:40:48Z', vendorName: 'V', productName: 'P' },
    ...rest,
  };
}

function errors(json: UdmJson, policy?: ValidationPolicy): string[] {
  return validateEvent(json, policy)
    .filter((problem) => problem.severity === 'error')
    .map((problem) => problem.path);
}

function warnings(json: UdmJson, policy?: ValidationPolicy): string[] {
  return validateEvent(json, policy)
    .filter((problem) => problem.severity === 'warning')
    .map((problem) => problem.path);
}

describe('every event', () => {
  it('has a type and a time', () => {
    expect(errors({ principal: MACHINE })).toEqual(['metadata.event_timestamp', 'metadata.event_type']);
  });

  it('should say which product it comes from', () => {
    const { metadata, ...rest } = event('GENERIC_EVENT');
    const { eventType, eventTimestamp } = metadata as UdmJson;
    expect(warnings({ metadata: { eventType, eventTimestamp }, ...rest })).toEqual([
      'metadata.vendor_name',
      'metadata.product_name',
    ]);
  });

  it('names somebody or something, unless it is generic', () => {
    expect(errors(event('SCAN_NETWORK'))).toEqual(['']);
    expect(errors(event('SCAN_NETWORK', { about: [{ url: 'u' }] }))).toEqual([]);
    expect(errors(event('GENERIC_EVENT'))).toEqual([]);
  });
});

describe('what an event of a type cannot go without', () => {
  const machineAndFile = { principal: MACHINE, target: { file: { fullPath: '/x' } } };
  const machineAndTarget = { principal: MACHINE, target: { url: 'u' } };
  const machineAndResource = { principal: MACHINE, target: { resource: { name: 'n', type: 'SETTING' } } };
  const authentication = { extensions: { auth: {} }, target: { user: { userid: 'u' } } };

  it.each<readonly [eventType: string, valid: UdmJson, needed: readonly string[]]>([
    ['NETWORK_CONNECTION', machineAndTarget, ['principal', 'target']],
    ['NETWORK_HTTP', machineAndTarget, ['principal', 'target']],
    ['NETWORK_FTP', machineAndTarget, ['principal', 'target']],
    ['NETWORK_UNCATEGORIZED', machineAndTarget, ['principal', 'target']],
    ['NETWORK_DNS', { principal: MACHINE, network: { dns: {} } }, ['principal', 'network']],
    ['NETWORK_DHCP', { principal: MACHINE, network: { dhcp: {} } }, ['principal', 'network']],
    ['STATUS_UPDATE', { principal: MACHINE, about: [{}] }, ['principal']],
    ['STATUS_HEARTBEAT', { principal: MACHINE, about: [{}] }, ['principal']],
    ['STATUS_SHUTDOWN', { principal: MACHINE, about: [{}] }, ['principal']],
    ['USER_LOGIN', authentication, ['extensions', 'target']],
    ['USER_LOGOUT', authentication, ['extensions', 'target']],
    ['FILE_CREATION', machineAndFile, ['principal', 'target']],
    ['FILE_COPY', machineAndFile, ['principal', 'target']],
    ['FILE_SYNC', machineAndFile, ['principal', 'target']],
    ['PROCESS_LAUNCH', { principal: MACHINE, target: { process: { pid: '1' } } }, ['principal', 'target']],
    ['SETTING_MODIFICATION', machineAndResource, ['principal', 'target']],
  ])('%s', (eventType, valid, needed) => {
    const other = { observer: { hostname: 'o' } };
    expect(errors(event(eventType, { ...valid, ...other }))).toEqual([]);
    for (const part of needed) {
      const { [part]: _, ...rest } = valid;
      const rejected = errors(event(eventType, { ...rest, ...other }));
      expect(rejected.map((path) => path.split('.')[0])).toEqual([part]);
    }
  });

  it('is a noun that names its machine by host name, address, hardware address or asset id', () => {
    for (const machine of [
      { hostname: 'h' },
      { ip: ['192.0.2.1'] },
      { mac: ['00:00:5e:00:53:01'] },
      { assetId: 'V:1' },
    ]) {
      expect(errors(event('STATUS_UPDATE', { principal: machine }))).toEqual([]);
    }
    expect(errors(event('STATUS_UPDATE', { principal: { user: { userid: 'u' } } }))).toEqual(['principal']);
  });

  it('may be one of two', () => {
    const user = { user: { userid: 'u' } };
    expect(errors(event('USER_CREATION', { principal: user }))).toEqual([]);
    expect(errors(event('USER_CREATION', { target: user }))).toEqual([]);
    expect(errors(event('USER_CREATION', { target: MACHINE }))).toEqual(['principal.user']);
  });

  it('is told in the words that users search for', () => {
    const problems = validateEvent(event('NETWORK_HTTP', { principal: { user: {} } }));
    expect(problems.map((problem) => problem.message)).toEqual(
      expect.arrayContaining([
        'udm validation failed: target field is not set (NETWORK_HTTP)',
        'udm validation failed: principal has none of hostname, ip, mac, asset_id (NETWORK_HTTP)',
      ]),
    );
  });
});

describe('what only the guide asks for', () => {
  const login = event('USER_LOGIN', { extensions: { auth: {} }, target: { application: 'a' } });

  it('warns by default and rejects under the strict policy', () => {
    expect(errors(login)).toEqual([]);
    expect(warnings(login)).toEqual(['target.user', 'principal']);
    expect(errors(login, 'strict')).toEqual(['target.user', 'principal']);
  });

  it('is not told beside a firm rule that says more', () => {
    expect(warnings(event('NETWORK_CONNECTION', { target: { url: 'u' }, network: {} }))).toEqual([]);
  });

  it('may be the value of one of two fields', () => {
    const setting = (resource: UdmJson) => event('SETTING_DELETION', { principal: MACHINE, target: { resource } });
    expect(warnings(setting({ resourceType: 'SETTING' }))).toEqual([]);
    expect(warnings(setting({ type: 'SETTING' }))).toEqual([]);
    expect(warnings(setting({ resourceType: 'TASK' }))).toEqual(['target.resource.resource_type']);
  });
});

it('the lenient policy rejects nothing', () => {
  expect(validateEvent({}, 'lenient').map((problem) => problem.severity)).not.toContain('error');
  expect(validateEvent({}, 'lenient')).toHaveLength(validateEvent({}).length);
});

it('what is no event at all does not make it throw', () => {
  expect(errors({ metadata: 'x', principal: [1], about: [null, 5], target: { ip: 'x', file: 1 } })).toEqual([
    'metadata.event_timestamp',
    'metadata.event_type',
  ]);
});

describe('the nouns that a type requires', () => {
  it('are those of the rules that reject', () => {
    expect(requiredNouns('NETWORK_HTTP')).toEqual(['principal', 'target']);
    expect(requiredNouns('USER_LOGIN')).toEqual(['target']);
    expect(requiredNouns('FILE_COPY')).toEqual(['principal', 'target']);
    expect(requiredNouns('FILE_COPY', 'strict')).toEqual(['principal', 'src', 'target']);
    expect(requiredNouns('GENERIC_EVENT', 'strict')).toEqual([]);
    expect(requiredNouns('NETWORK_HTTP', 'lenient')).toEqual([]);
    expect(requiredNouns('NO_SUCH_TYPE')).toEqual([]);
  });
});

it('rules are for types of the schema, and ask for something', () => {
  const metadata = EVENT_SCHEMA.fields.get('metadata')?.type;
  const eventType = metadata?.kind === 'message' ? metadata.message.fields.get('event_type')?.type : undefined;
  const names = eventType?.kind === 'enum' ? [...eventType.enum.numbers.keys()] : [];
  expect(names).toHaveLength(105);
  const ruled = names.filter((name) => {
    const { firm, guide, usual } = eventTypeRule(name);
    return firm.length + guide.length + usual.length > 0;
  });
  expect(ruled.length).toBeGreaterThan(60);
  for (const name of ['toString', '__proto__', 'constructor']) expect(eventTypeRule(name).firm).toEqual([]);
});
