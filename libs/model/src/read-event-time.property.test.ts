import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatRfc3339, fromEventTimeNs, toEventTimeNs } from './event-time.ts';
import { readEventTime } from './read-event-time.ts';

const FIRST_NS = -62_135_596_800_000_000_000n;
const END_NS = 253_402_300_800_000_000_000n;
const NS = 1_000_000_000n;

function read(json: string): bigint | null {
  const bytes = new TextEncoder().encode(json);
  const time = { ms: 0, ns: 0 };
  if (!readEventTime(bytes, 0, bytes.length, time)) return null;
  expect(Number.isInteger(time.ms) && Number.isInteger(time.ns) && time.ns >= 0 && time.ns < 1e6).toBe(true);
  expect(Object.is(time.ms, -0)).toBe(false);
  return toEventTimeNs(time);
}

function inRange(ns: bigint): bigint | null {
  return ns >= FIRST_NS && ns < END_NS ? ns : null;
}

const anyTimeNs = fc.oneof(
  fc.bigInt({ min: FIRST_NS, max: END_NS - 1n }),
  fc.bigInt({ min: -2n * NS, max: 2n * NS }),
  fc.bigInt({ min: 1_700_000_000n * NS, max: 1_800_000_000n * NS }),
);
const anyInteger = fc
  .tuple(fc.integer({ min: 0, max: 24 }), fc.bigInt({ min: 0n, max: 10n ** 24n }), fc.boolean())
  .map(([digits, value, negative]) => (negative ? -1n : 1n) * (value % 10n ** BigInt(digits)));

it('fault 39: an integer of any magnitude is read as BigInt arithmetic reads it', () => {
  fc.assert(
    fc.property(anyInteger, (value) => {
      const magnitude = value < 0n ? -value : value;
      const unit =
        magnitude < 10n ** 11n ? NS : magnitude < 10n ** 14n ? 1_000_000n : magnitude < 10n ** 17n ? 1_000n : 1n;
      expect(read(String(value))).toBe(inRange(value * unit));
    }),
    { numRuns: 5_000 },
  );
});

it('decimal seconds, with or without an exponent, are exact down to the nanosecond', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 10n ** 15n }),
      fc.stringMatching(/^[0-9]{1,20}$/),
      fc.integer({ min: -12, max: 12 }),
      fc.constantFrom('', 'e', 'E'),
      fc.boolean(),
      (whole, fraction, exponent, letter, negative) => {
        const shift = letter === '' ? 0 : exponent;
        const plus = shift >= 0 && whole % 2n === 0n ? '+' : '';
        const json = `${negative ? '-' : ''}${whole}.${fraction}${letter === '' ? '' : `${letter}${plus}${shift}`}`;
        // digits * 10^places nanoseconds, cut towards zero.
        const digits = BigInt(`${whole}${fraction}`);
        const places = 9 + shift - fraction.length;
        const ns = places >= 0 ? digits * 10n ** BigInt(places) : digits / 10n ** BigInt(-places);
        expect(read(json)).toBe(inRange(negative ? -ns : ns));
      },
    ),
    { numRuns: 5_000 },
  );
});

it('RFC 3339 with any offset and any number of digits means what Temporal says', () => {
  const two = (value: number): string => String(value).padStart(2, '0');
  fc.assert(
    fc.property(
      anyTimeNs,
      fc.integer({ min: -1439, max: 1439 }),
      fc.integer({ min: 0, max: 9 }),
      fc.constantFrom('T', 't', ' '),
      (ns, offset, places, separator) => {
        // The local time of that offset, by Temporal alone.
        const local = new Temporal.Instant(ns + BigInt(offset) * 60n * NS).toZonedDateTimeISO('UTC').toPlainDateTime();
        fc.pre(local.year >= 1 && local.year <= 9999);
        const [date, time] = local
          .toString({ fractionalSecondDigits: places as 0, roundingMode: 'trunc' })
          .split('T') as [string, string];
        const sign = offset < 0 ? '-' : '+';
        const zone = `${sign}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
        const expected = Temporal.Instant.from(`${date}T${time}${zone}`).epochNanoseconds;
        expect(read(`"${date}${separator}${time}${zone}"`)).toBe(inRange(expected));
      },
    ),
    { numRuns: 5_000 },
  );
});

it('what is written is read back, and is what Temporal writes', () => {
  fc.assert(
    fc.property(anyTimeNs, (ns) => {
      const { ms, ns: rest } = fromEventTimeNs(ns);
      const text = formatRfc3339(ms, rest);
      expect(text).toBe(new Temporal.Instant(ns).toString());
      expect(read(`"${text}"`)).toBe(ns);
    }),
    { numRuns: 5_000 },
  );
});

it('no string at all is taken for a time that Temporal refuses', () => {
  const almost = fc.stringMatching(
    /^(0000|0001|1999|2000|2100|9999)-[01][0-9]-[0-3][0-9][Tt ][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\.[0-9]{0,10})?([Zz]|[+-][0-2][0-9]:[0-6][0-9])?$/,
  );
  fc.assert(
    fc.property(almost, (text) => {
      const ours = read(JSON.stringify(text));
      if (ours === null) return;
      expect(ours).toBe(Temporal.Instant.from(text).epochNanoseconds);
    }),
    { numRuns: 5_000 },
  );
});

it('no bytes make it fail', () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      read(json);
    }),
  );
});
