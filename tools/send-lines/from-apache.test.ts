import { describe, expect, it } from 'vitest';
import { fromApache } from './from-apache.mjs';

/** The value that JSON.parse finds in a converted line, as it arrives: bytes, read as UTF-8. */
function parsed(logged: string): unknown {
  return JSON.parse(Buffer.from(fromApache(`"${logged}"`), 'latin1').toString('utf8'));
}

describe('what Apache logs becomes JSON', () => {
  it.each([
    ['plain', 'plain'],
    [String.raw`say \"hi\"`, 'say "hi"'],
    [String.raw`C:\\x41\\temp`, String.raw`C:\x41\temp`],
    [String.raw`tab\there`, 'tab\there'],
    [String.raw`\v`, '\u000b'],
    [String.raw`\x00\x1b[31m\x7f`, '\u0000\u001b[31m\u007f'],
    [String.raw`caf\xc3\xa9`, 'café'],
    [String.raw`\xf0\x9f\x8d\xaa\xF0\x9F\x8D\xAA`, '🍪🍪'],
    [String.raw`\xff\xfe`, '\u00ff\u00fe'],
    [String.raw`\xe9t\xe9`, '\u00e9t\u00e9'],
  ])('%s', (logged, expected) => {
    expect(parsed(logged)).toBe(expected);
  });

  it('and a whole line stays as it is where nothing is escaped', () => {
    const line = '{"src_ip":"192.0.2.7","src_port":50123,"timestamp":1704110400000000}';
    expect(fromApache(line)).toBe(line);
  });
});
