import { describe, expect, it } from 'vitest';
import { parseCommand } from './arguments.ts';

describe('the arguments of npm run kafka', () => {
  it('start one broker on port 19092 unless they say otherwise', () => {
    expect(parseCommand(['start'])).toEqual({ kind: 'start', brokers: 1, port: 19_092, fresh: false });
    expect(parseCommand(['start', '--brokers', '3', '--port', '29000', '--fresh'])).toEqual({
      kind: 'start',
      brokers: 3,
      port: 29_000,
      fresh: true,
    });
  });

  it('stop and ask', () => {
    expect(parseCommand(['stop'])).toEqual({ kind: 'stop' });
    expect(parseCommand(['status'])).toEqual({ kind: 'status' });
    expect(parseCommand(['jars'])).toEqual({ kind: 'jars' });
  });

  it.each([
    [[], 'start, stop, status or jars?'],
    [['restart'], 'no such command: restart'],
    [['start', 'stop'], 'one command at a time: start stop'],
    [['start', '--brokers', '2'], '--brokers is 1 or 3, not 2'],
    [['start', '--port', '80'], '--port is a number from 1025 to 65533, not 80'],
    [['start', '--port', '1e4'], 'not 1e4'],
    [['stop', '--fresh'], 'stop takes no options'],
    [['start', '--clean'], "Unknown option '--clean'"],
  ])('%j: %s', (args, message) => {
    expect(() => parseCommand(args)).toThrow(message);
  });
});
