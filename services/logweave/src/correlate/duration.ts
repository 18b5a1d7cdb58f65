const UNIT_NS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

/** As in the configuration: spans of event time are doubles of nanoseconds, exact far beyond this. */
const MAX_NS = 30n * 24n * 3_600_000_000_000n;

/**
 * Reads `1s`, `250ms`, `1.5m` into whole nanoseconds, exactly; units are ns, us, ms, s, m and h.
 * @throws RangeError for people: no such form, finer than a nanosecond, or longer than 30 days.
 */
export function parseDurationNs(text: string): number {
  const match = /^(\d{1,18})(?:\.(\d{1,18}))?(ns|us|ms|s|m|h)$/.exec(text);
  if (match === null) {
    throw new RangeError(
      `'${text}' is not a duration: give a number and a unit (ns, us, ms, s, m, h), as in 1s or 1.5ms`,
    );
  }
  const [, whole = '', fraction = '', unit = ''] = match;
  const scaled = BigInt(whole + fraction) * (UNIT_NS[unit] as bigint);
  const scale = 10n ** BigInt(fraction.length);
  if (scaled % scale !== 0n) throw new RangeError(`'${text}' is finer than a nanosecond`);
  const ns = scaled / scale;
  if (ns > MAX_NS) throw new RangeError(`'${text}' is longer than 30 days`);
  return Number(ns);
}
