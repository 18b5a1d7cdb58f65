import { describe, expect, it } from 'vitest';
import { createLogger, type LoggerOptions } from './logger.ts';
import { Redactor } from './redactor.ts';

function capture(options: Partial<LoggerOptions> & { readonly isTTY?: boolean } = {}) {
  const written: string[] = [];
  const redactor = new Redactor();
  const log = createLogger({
    level: 'info',
    format: 'auto',
    redactor,
    output: { write: (text) => written.push(text), isTTY: options.isTTY ?? false },
    ...options,
  });
  return { log, redactor, written };
}

describe('the log of a process', () => {
  it('is JSON lines with level, time, fields and the name of the event', () => {
    const { log, written } = capture();
    log.child({ service: 'correlator' }).info({ partition: 3 }, 'window closed');
    log.debug({}, 'not at this level');
    expect(written).toHaveLength(1);
    expect(JSON.parse(String(written[0]))).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      service: 'correlator',
      partition: 3,
      msg: 'window closed',
    });
  });

  it('is for people on a terminal, unless JSON is asked for', () => {
    const { log, written } = capture({ isTTY: true });
    log.info({ held: 7 }, 'window closed');
    expect(written.join('')).toMatch(/window closed/);
    expect(() => JSON.parse(written.join(''))).toThrow(SyntaxError);
    const json = capture({ isTTY: true, format: 'json' });
    json.log.info({}, 'x');
    expect(JSON.parse(json.written.join(''))).toMatchObject({ msg: 'x' });
  });

  it.each(['json', 'pretty'] as const)(
    'fault 57: never shows a secret, wherever it stands in a line (%s)',
    (format) => {
      const { log, redactor, written } = capture({ format });
      const secrets = ['planted-5ecret', 'quo"ted\\secret', 'p@ss/wörd'];
      redactor.add(secrets);
      for (const secret of secrets) {
        const cause = new Error(`refused for ${secret}`);
        const error = Object.assign(new Error(`cannot reach http://u:${encodeURIComponent(secret)}@h`, { cause }), {
          config: { deep: [secret] },
        });
        log.error({ err: error, error, [secret]: secret, nested: { url: `x${secret}y` } }, `failed with ${secret}`);
        log.child({ dsn: secret }).warn({}, 'x');
      }
      expect(written).toHaveLength(6);
      for (const secret of secrets) {
        for (const text of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]) {
          expect(written.join('')).not.toContain(text);
        }
      }
      if (format === 'json') for (const line of written) JSON.parse(line);
      expect(written.join('')).toContain('[secret]');
    },
  );
});

describe('a redactor', () => {
  it('hides the longest text first, so that nothing of it stays', () => {
    const redactor = new Redactor();
    redactor.add(['pass', 'clickhouse://user:pass@host']);
    expect(redactor.redact('at clickhouse://user:pass@host with pass')).toBe('at [secret] with [secret]');
  });

  it('leaves texts of less than four characters, which occur everywhere', () => {
    const redactor = new Redactor();
    redactor.add(['abc', '']);
    expect(redactor.redact('abc')).toBe('abc');
  });
});
