import { pino } from 'pino';
import { prettyFactory } from 'pino-pretty';
import type { Redactor } from './redactor.ts';

/** `log.info({ partition, held }, 'window closed')`: fields, then one event name. No payloads, no secrets. */
export type Logger = pino.Logger;

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LoggerOptions {
  readonly level: LogLevel;
  /** JSON lines, or text in colours for people. `auto`: the latter on a terminal. */
  readonly format: 'auto' | 'json' | 'pretty';
  /** Everything passes through it before it is written. */
  readonly redactor: Redactor;
  /** Takes whole lines; standard error by default. */
  readonly output?: { write(text: string): void; readonly isTTY?: boolean };
}

/** The log of a process. Lines are written at once, so that none is missing when the process dies. */
export function createLogger({ level, format, redactor, output = standardError() }: LoggerOptions): Logger {
  const pretty =
    format === 'pretty' || (format === 'auto' && output.isTTY === true)
      ? prettyFactory({ colorize: output.isTTY === true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l' })
      : null;
  const stream = {
    write(line: string): void {
      const shown = redactor.redact(line);
      output.write(pretty === null ? shown : pretty(shown));
    },
  };
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // Both names that errors are logged by.
      serializers: { err: pino.stdSerializers.err, error: pino.stdSerializers.err },
    },
    stream,
  );
}

function standardError(): { write(text: string): void; readonly isTTY: boolean } {
  const destination = pino.destination({ fd: 2, sync: true });
  return { write: (text) => void destination.write(text), isTTY: process.stderr.isTTY };
}
