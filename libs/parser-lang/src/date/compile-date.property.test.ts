import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { daysFromCivil, daysInMonth } from './civil-time.ts';
import { compileDate } from './compile-date.ts';

const createTime = { seconds: 0, nanos: 0 };
const seconds = fc.integer({ min: -62_135_596_800, max: 253_402_300_799 });
const nanos = fc.integer({ min: 0, max: 999_999_999 });
const zone = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'UTC');

function zoned(seconds: number, nanos: number, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochNanoseconds(BigInt(seconds) * 1_000_000_000n + BigInt(nanos)).toZonedDateTimeISO(
    zone,
  );
}

describe('date', () => {
  it('reads back every time that is written with an offset', () => {
    const extract = compileDate(['yyyy-MM-ddTHH:mm:ss.SSSSSSSSSZZ']);
    const iso = compileDate(['RFC3339', 'ISO8601']);
    // Later offsets of these zones are whole minutes, as the text needs them.
    const modern = fc.integer({ min: 0, max: 253_402_200_000 });
    fc.assert(
      fc.property(modern, nanos, zone, (seconds, nanos, zone) => {
        const text = zoned(seconds, nanos, zone).toString({ timeZoneName: 'never', fractionalSecondDigits: 9 });
        expect(extract(text, { createTime })).toEqual({ seconds, nanos });
        expect(iso(text, { createTime })).toEqual({ seconds, nanos });
      }),
    );
  });

  it('reads back every time that is written as seconds or milliseconds', () => {
    const extract = compileDate(['UNIX', 'UNIX_MS']);
    fc.assert(
      fc.property(seconds, nanos, (seconds, nanos) => {
        const sign = seconds < 0 ? '-' : '';
        const total = BigInt(seconds) * 1_000_000_000n + BigInt(nanos);
        const digits = String(total < 0n ? -total : total).padStart(10, '0');
        const text = `${total < 0n ? sign : ''}${digits.slice(0, -9)}.${digits.slice(-9)}`;
        expect(extract(text, { createTime })).toEqual({ seconds, nanos });
      }),
    );
  });

  it('resolves the clocks of zones as Temporal does where no change skips or repeats them', () => {
    const extract = compileDate(['yyyy-MM-dd HH:mm:ss']);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_800 }), zone, (seconds, timezone) => {
        const local = zoned(seconds, 0, timezone).toPlainDateTime();
        const earlier = local.toZonedDateTime(timezone, { disambiguation: 'earlier' });
        const later = local.toZonedDateTime(timezone, { disambiguation: 'later' });
        fc.pre(earlier.equals(later));
        const text = local.toString({ smallestUnit: 'second' }).replace('T', ' ');
        expect(extract(text, { createTime, timezone })).toEqual({ seconds, nanos: 0 });
      }),
      { numRuns: 500 },
    );
  });

  it('never throws, whatever the format and the text', () => {
    const format = fc.string({ unit: fc.constantFrom(...Array.from("yMdHhmsSZAE'T .:-/zx")), maxLength: 20 });
    const text = fc.string({ unit: fc.constantFrom(...Array.from('0123456789JanAMPMonZ+:.-/ T')), maxLength: 20 });
    fc.assert(
      fc.property(format, text, fc.boolean(), (format, text, rebase) => {
        compileDate([format, 'ISO8601', 'UNIX'], { rebase })(text, { createTime });
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('civil time', () => {
  it('counts days as Date does', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: 1, max: 12 }), (year, month) => {
        const first = new Date(0);
        first.setUTCFullYear(year, month - 1, 1);
        const next = new Date(0);
        next.setUTCFullYear(year, month, 1);
        expect(daysFromCivil(year, month, 1)).toBe(first.getTime() / 86_400_000);
        expect(daysInMonth(year, month)).toBe((next.getTime() - first.getTime()) / 86_400_000);
      }),
    );
  });
});
