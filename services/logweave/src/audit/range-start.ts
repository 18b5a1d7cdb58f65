import type { RangeStart } from '@logweave/audit';
import { CommandError } from '../command-error.ts';
import { parseDurationNs } from '../correlate/duration.ts';

export interface RangeFlags {
  readonly from: readonly string[];
  readonly since?: string;
}

/**
 * Where an audit begins. `--from http/0/1200`: a position of one partition, as result headers have them (the prefix of the
 * topics may stand before it); `--since 15m` or an RFC 3339 time: what arrived since.
 * @throws CommandError on what is neither.
 */
export function rangeStart(flags: RangeFlags, nowMs: number): RangeStart {
  const http = new Map<number, number>();
  const network = new Map<number, number>();
  for (const text of flags.from.flatMap((list) => list.split(','))) {
    const match = /(?:^|\.)(http|network)\/(\d{1,4})\/(\d{1,15})$/.exec(text.trim());
    if (match === null) throw new CommandError(`--from ${text}: not of the form http/PARTITION/OFFSET`, 2);
    (match[1] === 'http' ? http : network).set(Number(match[2]), Number(match[3]));
  }
  return { http, network, sinceMs: flags.since === undefined ? null : timeMs('--since', flags.since, nowMs) };
}

/** A duration before now, or a moment, in milliseconds since the epoch. @throws CommandError */
export function timeMs(flag: string, text: string, nowMs: number): number {
  if (/^[\d.]+[a-z]+$/.test(text)) {
    try {
      return nowMs - parseDurationNs(text) / 1e6;
    } catch (error) {
      throw new CommandError(`${flag}: ${error instanceof Error ? error.message : String(error)}`, 2, { cause: error });
    }
  }
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) {
    throw new CommandError(`${flag} ${text}: neither a span (15m, 2h) nor a time (2026-11-25T08:00:00Z)`, 2);
  }
  return ms;
}
