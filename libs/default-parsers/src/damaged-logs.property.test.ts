import { join } from 'node:path';
import { createLogParser } from '@logweave/parser-lang';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readParserFolder } from './cases/parser-folder.ts';
import { DEFAULT_PARSERS_FOLDER } from './default-parsers.ts';

/** What a cut, a doubled buffer or somebody with bad intentions puts into a line. */
const PIECES = [
  '"',
  '\\',
  ' ',
  '-',
  '[',
  ']',
  ':',
  '::',
  '/',
  ',',
  '%',
  '{',
  '}',
  '0',
  '9'.repeat(20),
  'é',
  '\0',
  '\n',
];

const damage = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  removed: fc.nat({ max: 12 }),
  put: fc.constantFrom('', ...PIECES),
});

const LOG_TYPES = [
  'SQUID_WEBPROXY',
  'APACHE',
  'NGINX',
  'HAPROXY',
  'LOGWEAVE_CORRELATED',
  'LINUX_SYSHD',
  'CISCO_ASA_FIREWALL',
  'WINDOWS_SYSMON',
  'WINEVTLOG',
];

it.each(LOG_TYPES)(
  'the parser of %s makes one valid event of a damaged log or drops it, and never fails',
  (logType) => {
    const { text, cases } = readParserFolder(join(DEFAULT_PARSERS_FOLDER, logType));
    const { parser } = createLogParser({ text, logType });
    const logs = cases.flatMap((each) => each.logs);
    fc.assert(
      fc.property(fc.constantFrom(...logs), fc.array(damage, { minLength: 1, maxLength: 4 }), (log, damages) => {
        const damaged = damages.reduce((line, { at, removed, put }) => {
          const start = Math.floor(at * line.length);
          return line.slice(0, start) + put + line.slice(start + removed);
        }, log.text);
        const outcome = parser?.parse({ ...log, text: damaged });
        expect(outcome?.error).toBeNull();
        expect(outcome?.events).toHaveLength(outcome?.dropped === null ? 1 : 0);
      }),
      { numRuns: 1_000 },
    );
  },
);
