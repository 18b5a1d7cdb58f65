import type { Value } from '@logweave/udm';
import { describe, expect, it } from 'vitest';
import { createUserAgentParser } from './parse-user-agent.ts';

const parser = createUserAgentParser({ entries: 10 });

function plain(value: Value | undefined): unknown {
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([key, item]) => [key, plain(item)]));
  }
  return Array.isArray(value) ? value.map(plain) : value;
}

/** The fields without the annotations. */
function fieldsOf(text: string): Record<string, unknown> {
  const fields = parser.parse(text);
  fields.delete('annotation');
  return Object.fromEntries(fields);
}

describe('parseduseragent', () => {
  it('reads a browser of the WebKit family with all that its text says', () => {
    const text =
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';
    expect(plain(parser.parse(text))).toEqual({
      family: 'APPLEWEBKIT',
      browser: 'Chrome',
      browser_version: '126.0.0.0',
      browser_engine_version: '537.36',
      platform: 'Windows',
      os: 'Windows NT 10.0',
      os_variant: 'Win64',
      device: 'x64',
      annotation: [
        { key: 'Chrome', value: 'Chrome/126.0.0.0' },
        { key: 'SafariType', value: 'Safari/537.36' },
        { key: 'OS_NAME', value: 'Windows NT' },
        { key: 'OS_VERSION', value: '10.0' },
        { key: 'misc', value: 'x64' },
      ],
    });
  });

  it('takes the first product of an unknown program for the device', () => {
    expect(plain(parser.parse('backup-agent/7.2.1 (Windows)'))).toEqual({
      family: 'USER_DEFINED',
      device: 'backup-agent',
      device_version: '7.2.1',
      os: 'Windows',
      platform: 'Windows',
      annotation: [{ key: 'OS_NAME', value: 'Windows' }],
    });
    expect(plain(parser.parse('curl/8.5.0'))).toEqual({
      family: 'USER_DEFINED',
      device: 'curl',
      device_version: '8.5.0',
    });
    expect(plain(parser.parse('okhttp'))).toEqual({ family: 'USER_DEFINED', device: 'okhttp' });
  });

  it.each([
    [
      'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
      {
        family: 'GECKO',
        browser: 'Firefox',
        browser_version: '128.0',
        browser_engine_version: '128.0',
        platform: 'X11',
        os: 'Linux',
        os_variant: 'x86_64',
      },
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15',
      {
        family: 'APPLEWEBKIT',
        browser: 'Safari',
        browser_version: '17.5',
        browser_engine_version: '605.1.15',
        platform: 'Mac',
        os: 'Mac OS X 10.15.7',
      },
    ],
    [
      'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36',
      {
        family: 'APPLEWEBKIT',
        browser: 'Chrome',
        browser_version: '126.0.0.0',
        browser_engine_version: '537.36',
        platform: 'Android',
        os: 'Android 14',
        device: 'Pixel 8',
      },
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
      {
        family: 'APPLEWEBKIT',
        browser: 'Safari',
        browser_version: '17.5',
        browser_engine_version: '605.1.15',
        platform: 'iPhone',
        os: 'iPhone OS 17.5',
        device: 'iPhone',
      },
    ],
    [
      'Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko',
      {
        family: 'MSIE',
        browser: 'Internet Explorer',
        browser_version: '11.0',
        browser_engine_version: '7.0',
        platform: 'Windows',
        os: 'Windows NT 6.1',
        os_variant: 'WOW64',
      },
    ],
    [
      'Opera/9.80 (Windows NT 6.1; U; de) Presto/2.12.388 Version/12.16',
      {
        family: 'OPERA',
        browser: 'Opera',
        browser_version: '12.16',
        browser_engine_version: '2.12.388',
        platform: 'Windows',
        os: 'Windows NT 6.1',
        security: 'U',
        locale: 'de',
      },
    ],
    [
      'Mozilla/5.0 (compatible; examplebot/2.1; +http://bot.example/info)',
      { family: 'OTHER', device: 'examplebot', device_version: '2.1' },
    ],
  ])('reads %s', (text, fields) => {
    expect(fieldsOf(text)).toEqual(fields);
  });

  it('gives a map of its own each time', () => {
    parser.parse('curl/8.5.0').set('device', 'changed');
    expect(parser.parse('curl/8.5.0').get('device')).toBe('curl');
  });

  it('takes any text', () => {
    for (const text of ['', '(', ')(', '((((', ';;', '/', 'a/b/c (x', ' ', '-', `Mozilla/5.0 ${'('.repeat(5000)}`]) {
      expect(parser.parse(text).get('family')).toMatch(/^(?:USER_DEFINED|OTHER)$/);
    }
  });
});
