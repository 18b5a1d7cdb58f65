import { describe, expect, it } from 'vitest';
import { compileGrok } from '../grok.ts';
import { BUILT_IN_PATTERNS } from './built-in-patterns.ts';

/** What the pattern matches in the text. */
function found(name: string, text: string): string | undefined {
  const matcher = compileGrok(`%{${name}:found}`);
  return matcher.match(text)?.[matcher.tokens.indexOf('found')];
}

/** Whether the pattern matches the text as a whole. */
function isWhole(name: string, text: string): boolean {
  return compileGrok(`^(?:%{${name}})$`).match(text) !== null;
}

function tokens(pattern: string, text: string): Record<string, string | undefined> | null {
  const matcher = compileGrok(pattern);
  const values = matcher.match(text);
  return values === null ? null : Object.fromEntries(matcher.tokens.map((token, i) => [token, values[i]]));
}

/** Texts that match as a whole, and texts that do not. */
const CASES: Readonly<Record<string, readonly [matching: readonly string[], other: readonly string[]]>> = {
  USERNAME: [
    ['frank', 'f.r-a_n2'],
    ['', 'a b', 'a@b'],
  ],
  USER: [['frank'], ['a b']],
  EMAILLOCALPART: [
    ['frank', 'f.r+x=1'],
    ['1frank', 'f'],
  ],
  EMAILADDRESS: [['frank@example.com'], ['1frank@example.com', 'frank@', '@example.com']],
  HTTPDUSER: [['frank', 'fr@example.com', '-'], ['a b']],
  INT: [
    ['0', '-12', '+7'],
    ['1.5', '', '-'],
  ],
  BASE10NUM: [
    ['1', '-1.5', '.5', '+3'],
    ['1.', '1e3', '-'],
  ],
  NUMBER: [['1588059648.129'], ['abc']],
  BASE16NUM: [
    ['0x1F', '0X1f', '01f'],
    ['0x', 'ff', '-0xA'],
  ],
  BASE16FLOAT: [
    ['0x1F.8', 'a.b', '12'],
    ['x', ''],
  ],
  POSINT: [
    ['1', '42'],
    ['0', '-1', '012'],
  ],
  NONNEGINT: [['0', '012'], ['-1']],
  WORD: [['a_b1'], ['a-b', '']],
  NOTSPACE: [['a-b/c'], ['a b', '']],
  SPACE: [['', ' \t'], ['a']],
  DATA: [['', 'a b'], ['a\nb']],
  GREEDYDATA: [['', 'a b'], ['a\nb']],
  QUOTEDSTRING: [
    ['""', '"a\\"b"', "'a'"],
    ['"a', 'a"', '"a\'', '`a`'],
  ],
  QS: [['"a b"'], ['a b']],
  UUID: [['123e4567-e89b-12d3-A456-426614174000'], ['123e4567-e89b-12d3-a456-42661417400']],
  LOGLEVEL: [
    ['error', 'ERR', 'Warning', 'WARN', 'crit', 'Critical', 'emerg', 'EMERGENCY', 'notice', 'Info', 'SEVERE', 'fatal'],
    ['eRROR', 'verbose', 'warns'],
  ],
  MAC: [
    ['00:1a:2B:3c:4d:5e', '00-1a-2b-3c-4d-5e', '001a.2b3c.4d5e'],
    ['00:1a:2b:3c:4d', '00:1a-2b:3c:4d:5e'],
  ],
  CISCOMAC: [['001a.2b3c.4d5e'], ['001a.2b3c']],
  WINDOWSMAC: [['00-1a-2b-3c-4d-5e'], ['00:1a:2b:3c:4d:5e']],
  COMMONMAC: [['00:1a:2b:3c:4d:5e'], ['00-1a-2b-3c-4d-5e']],
  IPV4: [
    ['0.0.0.0', '255.255.255.255', '192.0.2.040'],
    ['256.1.1.1', '1.2.3', '1.2.3.4.'],
  ],
  IPV6: [
    [
      '::',
      '::1',
      '1::',
      'fe80::1%eth0',
      '2001:db8::8:800:200c:417a',
      '1:2:3:4:5:6:7:8',
      '::ffff:192.0.2.1',
      '1:2:3:4:5:6:7::',
    ],
    ['1:2:3:4:5:6:7', '1::2::3', '12345::', '1:2:3:4:5:6:7:8:9', '::256.1.1.1', 'g::'],
  ],
  IP: [['192.0.2.1', '2001:db8::1'], ['example.com']],
  HOSTNAME: [
    ['example.com', 'a', 'web-1.example.com.', '192.0.2.1', 'a'.repeat(63)],
    ['-a', 'a..b', 'a_b', 'a'.repeat(64)],
  ],
  HOST: [['example.com'], ['a b']],
  IPORHOST: [['example.com', '192.0.2.1', '2001:db8::1'], ['a b']],
  HOSTPORT: [['example.com:80'], ['example.com', 'example.com:0']],
  UNIXPATH: [
    ['/', '/usr/bin/x-1', '/a%20b', '//x'],
    ['usr/bin', '/a b'],
  ],
  WINPATH: [
    ['C:\\Windows\\x.exe', '\\\\server\\share', 'c:\\a b'],
    ['C:', '/usr', 'C:\\a?'],
  ],
  PATH: [['/usr', 'C:\\x'], ['usr']],
  TTY: [['/dev/pts/3', '/dev/tty1', '/dev/ttyS0', '/dev/ttyp1'], ['/dev/null']],
  URIPROTO: [
    ['http', 'svn+ssh'],
    ['1http', 'svn+'],
  ],
  URIHOST: [['example.com:8080', 'example.com'], ['example.com:']],
  URIPATH: [
    ['/', '/a/b.c~d'],
    ['a', '/a?b'],
  ],
  URIPARAM: [['?', '?a=b&c=[d]'], ['a=b']],
  URIPATHPARAM: [['/a?b=c', '/a'], ['?b=c']],
  URI: [
    ['http://example.com/', 'https://u:p@example.com:8443/a?b=c#d', 'file:///etc/hosts'],
    ['example.com', 'http:/x'],
  ],
  MONTH: [
    ['Jan', 'January', 'May', 'Sep', 'September'],
    ['Janu', 'jan', 'Mayo'],
  ],
  MONTHNUM: [
    ['1', '01', '12'],
    ['0', '13'],
  ],
  MONTHNUM2: [
    ['01', '12'],
    ['1', '00'],
  ],
  MONTHDAY: [
    ['1', '01', '31'],
    ['0', '32'],
  ],
  DAY: [
    ['Mon', 'Tuesday'],
    ['Tues', 'mon'],
  ],
  YEAR: [
    ['2026', '26'],
    ['1', '202', '20260'],
  ],
  HOUR: [
    ['0', '00', '23'],
    ['24', ''],
  ],
  MINUTE: [
    ['00', '59'],
    ['5', '60'],
  ],
  SECOND: [
    ['5', '59', '60', '30.123', '30,5'],
    ['61', '30.'],
  ],
  TIME: [
    ['1:02:03', '23:59:60', '01:02:03.456'],
    ['24:00:00', '12:00'],
  ],
  DATE_US: [['1/2/2026', '11-24-26'], ['24/11/2026']],
  DATE_EU: [['24.11.2026', '24/11/26', '2-1-2026'], ['11.24.2026']],
  DATE: [['11/24/2026', '24.11.2026'], ['2026-11-24']],
  ISO8601_TIMEZONE: [
    ['Z', '+01:00', '-0530'],
    ['+1', 'UTC'],
  ],
  ISO8601_SECOND: [['59', '60'], ['61']],
  TIMESTAMP_ISO8601: [
    ['2026-11-24T16:00:01.123Z', '2026-11-24 16:00:01', '2026-11-24T1600+0100', '2026-11-24T16:00'],
    ['2026-11-24', '24-11-2026 16:00', '2026/11/24 16:00:01'],
  ],
  TZ: [
    ['UTC', 'PST', 'EDT'],
    ['GMT', 'Z'],
  ],
  DATESTAMP: [['11/24/2026-16:00:01', '24.11.2026 16:00:01'], ['11/24/2026']],
  DATESTAMP_RFC822: [['Tue Nov 24 2026 16:00:01 UTC'], ['Tue Nov 24 16:00:01 2026']],
  DATESTAMP_RFC2822: [['Tue, 24 Nov 2026 16:00:01 +0100'], ['Tue 24 Nov 2026 16:00:01 +0100']],
  DATESTAMP_OTHER: [['Tue Nov 24 16:00:01 UTC 2026'], ['Tue Nov 24 16:00:01 2026']],
  DATESTAMP_EVENTLOG: [['20261124160001'], ['2026112416']],
  HTTPDERROR_DATE: [['Tue Nov 24 16:00:01 2026'], ['Nov 24 16:00:01 2026']],
  SYSLOGTIMESTAMP: [
    ['Nov 24 16:00:01', 'Nov  4 16:00:01'],
    ['Nov 24', '24 Nov 16:00:01'],
  ],
  HTTPDATE: [['24/Nov/2026:16:00:01 +0100'], ['24/11/2026:16:00:01 +0100']],
  PROG: [['sshd', 'postfix/smtp', 'a.b_c%d'], ['a b']],
  SYSLOGPROG: [['sshd[12]', 'kernel'], ['sshd[0]']],
  SYSLOGHOST: [['web-1', '192.0.2.1'], ['a b']],
  SYSLOGFACILITY: [['<3.6>'], ['<36>']],
  SYSLOG5424PRI: [['<165>'], ['165']],
  SYSLOG5424SD: [['[a b="c"]', '[a][b]'], ['a']],
  SYSLOG5424PRINTASCII: [['a!~'], ['a b']],
  CRON_ACTION: [['CMD', 'BEGIN EDIT'], ['cmd']],
  CISCOTAG: [['ASA-6-302013', 'FTD-1-ABC_D'], ['asa-6-1']],
  CISCOTIMESTAMP: [['Nov 24 2026 16:00:01', 'Nov 24 16:00:01'], ['2026 Nov 24']],
  CISCO_ACTION: [['Built', 'denied by ACL', 'est-allowed'], ['Accept']],
  CISCO_REASON: [['TCP FINs', 'Duplicate TCP SYN', ''], ['a-b']],
  CISCO_DIRECTION: [['Inbound', 'outbound'], ['in']],
  CISCO_INTERVAL: [['first hit', '300-second interval'], ['hit']],
  CISCO_XLATE_TYPE: [['static', 'dynamic'], ['nat']],
  JAVACLASS: [['com.example.Shop$1'], ['Shop', 'com.']],
  JAVAFILE: [['Shop.java', 'Native Method'], ['a/b']],
  NAGIOSTIME: [['[1795536001]'], ['1795536001']],
  RUBY_LOGLEVEL: [['WARN'], ['TRACE']],
  REDISTIMESTAMP: [['24 Nov 16:00:01'], ['Nov 24 16:00:01']],
  MONGO_WORDDASH: [['a-b_c'], ['a.b']],
};

describe('a pattern that ships', () => {
  it.each([...BUILT_IN_PATTERNS.keys()])('%s is an expression that V8 runs', (name) => {
    expect(compileGrok(`%{${name}}`).expression.engine).toBe('v8');
  });

  it.each(Object.entries(CASES))(
    '%s matches what it should as a whole, and nothing else',
    (name, [matching, other]) => {
      expect(matching.filter((text) => !isWhole(name, text))).toEqual([]);
      expect(other.filter((text) => isWhole(name, text))).toEqual([]);
    },
  );
});

describe('within a longer text', () => {
  it.each([
    ['IP', 'a 10.2.3.4 b', '10.2.3.4'],
    ['IP', 'a 999.1.1.1 b', '99.1.1.1'],
    ['IPV4', '1.2.3.4567', '1.2.3.45'],
    ['IPV4', '1.2.3', undefined],
    ['IPV4', 'x\\n10.0.0.1\\t', '10.0.0.1'],
    ['IPV4', 'v1.2.3.4.5', '1.2.3.4'],
    ['IP', 'src=2001:db8::1, dst', '2001:db8::1'],
    ['NUMBER', 'took -1.5s', '-1.5'],
    ['BASE16NUM', 'id 0xCAFE.', '0xCAFE'],
    ['POSINT', 'a1 b 20', '20'],
    ['QS', 'x \\"a" "b" c', '"a"'],
    ['HOSTNAME', '(web-1.example.com)', 'web-1.example.com'],
    ['URI', 'see "https://example.com/a?b=c" or', 'https://example.com/a?b=c'],
    ['UNIXPATH', 'open /var/log/x.log: denied', '/var/log/x.log:'],
    ['EMAILADDRESS', 'to: frank.m@example.com,', 'frank.m@example.com'],
    ['TIME', 'at 16:00:01.5 ', ' 16:00:01.5 '],
    ['MONTH', 'Mayor May', 'May'],
    ['LOGLEVEL', '[WARNING]', 'WARNING'],
    ['IPORHOST', '192.0.2.1:80', '192.0.2.1'],
  ])('%s finds in %j: %j', (name, text, expected) => {
    expect(found(name, text)).toBe(expected);
  });

  it('takes less than it could where the rest of the pattern needs it', () => {
    expect(tokens('%{HOSTNAME:h}\\.com', 'web.example.com')).toEqual({ h: 'web.example' });
    expect(tokens('%{UNIXPATH:p}:%{INT:line}', '/src/a.c:12')).toEqual({ p: '/src/a.c', line: '12' });
  });
});

describe('a whole log line', () => {
  it('of Apache gives its fields', () => {
    const line =
      '198.51.100.24 - frank [24/Nov/2026:16:00:01 +0100] "GET /cart?item=31 HTTP/1.1" 200 2326 "https://shop.example.com/" "Mozilla/5.0 (X11)"';
    expect(tokens('%{COMBINEDAPACHELOG}', line)).toEqual({
      clientip: '198.51.100.24',
      ident: '-',
      auth: 'frank',
      timestamp: '24/Nov/2026:16:00:01 +0100',
      verb: 'GET',
      request: '/cart?item=31',
      httpversion: '1.1',
      rawrequest: undefined,
      response: '200',
      bytes: '2326',
      referrer: '"https://shop.example.com/"',
      agent: '"Mozilla/5.0 (X11)"',
    });
    expect(tokens('%{COMMONAPACHELOG}', '::1 - - [24/Nov/2026:16:00:01 +0100] "\\x16\\x03" 400 -')).toMatchObject({
      clientip: '::1',
      rawrequest: '\\x16\\x03',
      bytes: undefined,
    });
    expect(
      tokens('%{HTTPD_ERRORLOG}', '[Tue Nov 24 16:00:01 2026] [error] [client 192.0.2.1] no such file'),
    ).toMatchObject({
      loglevel: 'error',
      clientip: '192.0.2.1',
      errormsg: 'no such file',
    });
  });

  it('of syslog gives its fields, in both forms', () => {
    expect(tokens('%{SYSLOGLINE}', 'Nov 24 16:00:01 gate sshd[4711]: session opened')).toMatchObject({
      timestamp: 'Nov 24 16:00:01',
      logsource: 'gate',
      program: 'sshd',
      pid: '4711',
      message: 'session opened',
    });
    expect(tokens('%{SYSLOG5424LINE}', '<165>1 2026-11-24T16:00:01Z web app 12 ID47 [a b="c"] started')).toMatchObject({
      syslog5424_pri: '165',
      syslog5424_host: 'web',
      syslog5424_msgid: 'ID47',
      syslog5424_sd: '[a b="c"]',
      syslog5424_msg: 'started',
    });
    expect(
      tokens(
        '%{SYSLOGPAMSESSION}',
        'Nov 24 16:00:01 gate su[9]: pam_unix(su:session): session opened for user frank by root',
      ),
    ).toMatchObject({
      message: 'pam_unix(su:session): session opened for user frank by root',
      pam_module: 'pam_unix',
      username: 'frank',
      pam_by: 'root',
    });
    expect(tokens('%{CRONLOG}', 'Nov 24 16:00:01 gate CRON[9]: (frank) CMD (/bin/true)')).toMatchObject({
      user: 'frank',
      action: 'CMD',
      message: '/bin/true',
    });
  });

  it('of firewalls gives its fields', () => {
    expect(tokens('%{CISCO_TAGGED_SYSLOG}', '<166>Nov 24 2026 16:00:01 fw1: %ASA-6-302013: Built')).toMatchObject({
      syslog_pri: '166',
      sysloghost: 'fw1',
      ciscotag: 'ASA-6-302013',
    });
    expect(
      tokens(
        '%{CISCOFW302013_302014_302015_302016}',
        'Teardown TCP connection 89 for outside:192.0.2.1/443 to inside:10.0.0.5/50123 duration 0:00:30 bytes 5213 TCP FINs',
      ),
    ).toMatchObject({ action: 'Teardown', src_ip: '192.0.2.1', dst_port: '50123', bytes: '5213', reason: 'TCP FINs' });
    expect(
      tokens(
        '%{CISCOFW106023}',
        'Deny tcp src outside:192.0.2.1/4433 dst inside:10.0.0.5/22 by access-group "out" [0x0, 0x1]',
      ),
    ).toMatchObject({ protocol: 'tcp', src_port: '4433', policy_id: '"out"', hashcode2: '0x1' });
    expect(
      tokens(
        '%{CISCOFW106100}',
        'access-list out denied tcp outside/192.0.2.1(4433) -> inside/10.0.0.5(22) hit-cnt 1 first hit [0x0, 0x1]',
      ),
    ).toMatchObject({ action: 'denied', src_interface: 'outside', dst_ip: '10.0.0.5', interval: 'first hit' });
  });

  it('of HAProxy, Nagios, Java and Ruby gives its fields', () => {
    expect(
      tokens(
        '%{HAPROXYHTTP}',
        'Nov 24 16:00:01 lb haproxy[14389]: 192.0.2.1:33317 [24/Nov/2026:16:00:01.655] front back/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {shop} {} "GET /cart HTTP/1.1"',
      ),
    ).toMatchObject({
      client_ip: '192.0.2.1',
      frontend_name: 'front',
      server_name: 'srv1',
      time_duration: '109',
      http_status_code: '200',
      captured_request_headers: 'shop',
      http_request: '/cart',
    });
    expect(tokens('%{NAGIOSLOGLINE}', '[1795536001] SERVICE ALERT: web1;HTTP;CRITICAL;HARD;4;timed out')).toMatchObject(
      {
        epochtime: '1795536001',
        hostname: 'web1',
        state: 'CRITICAL',
        message: 'timed out',
      },
    );
    expect(tokens('%{JAVASTACKTRACEPART}', '  at com.example.Shop.buy(Shop.java:42)')).toEqual({
      class: 'com.example.Shop',
      method: 'buy',
      file: 'Shop.java',
      line: '42',
    });
    expect(tokens('%{RUBY_LOGGER}', 'W, [2026-11-24T16:00:01.5 #12]  WARN -- shop: slow')).toMatchObject({
      loglevel: 'WARN',
      progname: 'shop',
      message: 'slow',
    });
  });
});
