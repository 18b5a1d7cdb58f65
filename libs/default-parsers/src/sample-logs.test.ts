import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLogParser } from '@logweave/parser-lang';
import { expect, test } from 'vitest';
import { CASE_CREATE_TIME } from './cases/parser-folder.ts';
import { loadDefaultParsers } from './default-parsers.ts';

/** Logs that real servers have written; read where the environment says where they are. */
const samples = process.env['LOGWEAVE_SAMPLES'] ?? '';

/** Documents that were there before the project; read where the environment says where they are. */
const seeds = process.env['LOGWEAVE_SEEDS'] ?? '';
const overview = join(seeds, 'chronicle-parsing-overview.txt');

test.skipIf(samples === '').each([
  ['SQUID_WEBPROXY', 'squid.log'],
  ['APACHE', 'apache.log'],
  // The formats are equal as long as nothing is escaped.
  ['NGINX', 'apache.log'],
])('%s makes one valid event of every line of %s', (logType, file) => {
  const text = loadDefaultParsers().find((parser) => parser.logType === logType)?.text ?? '';
  const { parser } = createLogParser({ text, logType });
  const lines = readFileSync(join(samples, file), 'utf8').trimEnd().split('\n');
  expect(lines.length).toBeGreaterThan(100);
  const outcomes = lines.map((line) => parser?.parse({ text: line, createTime: CASE_CREATE_TIME }));
  expect(outcomes.filter((outcome) => outcome?.events.length !== 1 || outcome.warnings.length > 0)).toEqual([]);
  for (const outcome of outcomes) expect(outcome?.events[0]).toMatchObject({ metadata: { eventType: 'NETWORK_HTTP' } });
});

test.skipIf(seeds === '' || !existsSync(overview))(
  "the parser of the reference's own overview makes of its sample what its text says",
  () => {
    const document = readFileSync(overview, 'utf8');
    const text = document.slice(document.lastIndexOf('filter {\n# initialize variables'));
    const { parser, diagnostics } = createLogParser({ text, logType: 'SQUID_WEBPROXY' });
    expect(diagnostics).toEqual([]);
    const line =
      '1588059648.129     23 192.168.23.4 TCP_HIT/200 904 GET www.google.com/images/sunlogo.png - HIER_DIRECT/203.0.113.52 image/jpeg';
    expect(parser?.parse({ text: line, createTime: CASE_CREATE_TIME })).toMatchObject({
      error: null,
      dropped: null,
      events: [
        {
          metadata: {
            vendorName: 'Squid',
            productName: 'Webproxy',
            eventType: 'NETWORK_HTTP',
            eventTimestamp: '2020-04-28T07:40:48.129Z',
          },
          principal: { ip: ['192.168.23.4'], user: { userid: '-' } },
          target: { url: 'www.google.com/images/sunlogo.png', ip: ['203.0.113.52'] },
          network: { http: { responseCode: 200 }, receivedBytes: '904' },
          securityResult: [{ action: ['UNKNOWN_ACTION'] }],
        },
      ],
    });
  },
);
