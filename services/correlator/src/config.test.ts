import { describe, expect, it } from 'vitest';
import { Value } from 'typebox/value';
import {
  type CorrelationSection,
  checkCorrelation,
  correlationSectionSchema,
  resolveCorrelatorConfig,
} from './config.ts';

function section(overrides: object = {}): CorrelationSection {
  const value: unknown = Value.Default(correlationSectionSchema, overrides);
  return Value.Parse(correlationSectionSchema, value);
}

describe('the section correlation', () => {
  it('is the seed’s without anything set', () => {
    expect(resolveCorrelatorConfig(section())).toMatchObject({
      keyFields: ['src_ip', 'src_port'],
      mode: 'one_to_one',
      beforeNs: 1e9,
      afterNs: 1e9,
      networkTtlNs: 120e9,
      skewNs: 10e6,
      latenessNs: 500e6,
      idleAfterMs: 1000,
      maxFutureSkewMs: 300_000,
      orphanPolicy: { apacheAlwaysEmit: true, networkEmit: false },
      onStop: 'emit',
      replaySpanNs: null,
    });
  });

  it('sets the two sides of the window apart, each in its own unit and exactly', () => {
    const config = resolveCorrelatorConfig(
      section({
        time_window: { value: 5, unit: 's' },
        before: { value: 1.5, unit: 'ms' },
        after: { value: 7, unit: 'ns' },
      }),
    );
    expect([config.beforeNs, config.afterNs]).toEqual([1_500_000, 7]);
    expect(resolveCorrelatorConfig(section({ time_window: { value: 2, unit: 'm' } })).afterNs).toBe(120e9);
  });

  it('puts the fields of the key in their own order', () => {
    const { keyFields } = resolveCorrelatorConfig(section({ key: ['dst_port', 'src_port', 'src_ip'] }));
    expect(keyFields).toEqual(['src_ip', 'src_port', 'dst_port']);
  });

  it('names its topics and its group by the prefix', () => {
    const { topics, group, transactionalIdPrefix } = resolveCorrelatorConfig(section(), 'staging');
    expect(topics).toEqual({
      http: 'staging.http',
      network: 'staging.network',
      correlated: 'staging.correlated',
      state: 'staging.correlator-state',
      deadLetter: 'staging.dead-letter',
    });
    expect([group, transactionalIdPrefix]).toEqual(['staging.correlator', 'staging.correlator']);
  });
});

describe('what the schema of correlation cannot check', () => {
  it.each([
    [{ key: ['src_ip', 'dst_port'] }, [['key'], 'src_port must be part of the key']],
    [{ exclude_source_ips: ['192.0.2.0/24', '192.0.2'] }, [['exclude_source_ips', 1], 'neither an IP address']],
    [{ exclude_source_ips: ['192.0.2.0/33'] }, [['exclude_source_ips', 0], 'from 0 to 32']],
    [{ exclude_source_ips: ['fe80::1%eth0'] }, [['exclude_source_ips', 0], 'neither an IP address']],
    [{ exclude_source_ips: ['2001:db8::/129'] }, [['exclude_source_ips', 0], 'from 0 to 128']],
    [{ after: { value: 31 * 24, unit: 'h' } }, [['after', 'value'], 'longer than 30 days']],
  ])('%j has a problem at its place', (overrides, [path, message]) => {
    const broken = section(overrides);
    expect(checkCorrelation(broken)).toEqual([{ path, message: expect.stringContaining(String(message)) }]);
    expect(() => resolveCorrelatorConfig(broken)).toThrow(RangeError);
  });

  it('takes addresses and networks of both families', () => {
    const entries = ['192.0.2.1', '192.0.2.0/24', '0.0.0.0/0', '2001:db8::1', '2001:db8::/32'];
    expect(checkCorrelation(section({ exclude_source_ips: entries }))).toEqual([]);
  });
});
