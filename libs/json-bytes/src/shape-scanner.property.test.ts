import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FieldTable } from './field-table.ts';
import { SCAN, scanObject } from './scan-object.ts';
import { ShapeScanner } from './shape-scanner.ts';
import { jsonObject, mutated } from './testing/json-texts.ts';

const LIMITS = { depth: 4, keys: 3 };

/** All that a scan says. */
function report(result: number, table: FieldTable): unknown {
  if (result !== SCAN.ok) return { result, position: table.position };
  const { count } = table;
  const columns = [table.nameStart, table.nameEnd, table.valueStart, table.valueEnd, table.nameHash, table.nameEscaped];
  return { result, nonAscii: table.nonAscii, fields: columns.map((column) => [...column.subarray(0, count)]) };
}

const name = fc.oneof(
  { weight: 40, arbitrary: fc.constantFrom('a', 'b', 'ab', 'src_ip', 'src_port', 'abc', 'abd', '') },
  { weight: 1, arbitrary: fc.constantFrom('é', 'a\\n') },
);
const goodValue = fc.oneof(
  fc.constantFrom('1', '0', '-1', '10', '1.5', '1e3', '1E3', '12345678901234567890', 'true', 'null', '[]'),
  fc.constantFrom(
    '""',
    '"abc"',
    '"abcd"',
    '"a\\"b"',
    '"é"',
    '"a\\u0041"',
    '"0123456789abcdef"',
    '"\u007f~!# "',
    '{"a":[1]}',
  ),
);
const badValue = fc.constantFrom(
  '01',
  '1.',
  '1e',
  '-',
  'tru',
  '',
  '"',
  '"abc',
  '"a\\x"',
  '"ab\u0001"',
  '"abcdefg\n"',
  '1 2',
  '[',
  ']',
  '1}',
  '[[[[1]]]]',
);
/** What may have become of the comma, the brace or the end. */
const flaw = fc.constantFrom(' ', '}', ',', '\n', '1');

/** Objects as programs write them: a few orders of names, which come again and again. Now and then one is broken. */
const stream = fc
  .array(fc.array(name, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 })
  .chain((shapes) => {
    const value = fc.oneof({ weight: 12, arbitrary: goodValue }, { weight: 1, arbitrary: badValue });
    const values = fc.array(value, { minLength: 4, maxLength: 4 });
    const change = fc.oneof(
      { weight: 4, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: fc.tuple(fc.nat(), fc.nat(1), flaw) },
    );
    const separators = fc.constantFrom([',', ':'], [', ', ': '], [' ,\t', '  :   '], [',', ':']);
    const object = fc
      .tuple(fc.constantFrom(...shapes), values, fc.nat(6), change, separators)
      .map(([names, filled, left, changed, [comma, colon]]) => {
        const fields = names.slice(0, Math.max(1, names.length - (left === 0 ? 1 : 0)));
        const text = `{${fields.map((n, i) => `"${n}"${colon}${filled[i]}`).join(comma)}}`;
        if (changed === null) return text;
        const [at, removed, added] = changed;
        const place = at % (text.length + 1);
        return `${text.slice(0, place)}${added}${text.slice(place + removed)}`;
      });
    const other = fc.oneof(
      jsonObject.map(({ text }) => text),
      mutated,
    );
    const line = fc.oneof({ weight: 10, arbitrary: object }, { weight: 1, arbitrary: other });
    return fc.array(
      line.map((text) => Buffer.from(text.toWellFormed())),
      { minLength: 1, maxLength: 20, size: 'max' },
    );
  });
const tightObject = fc
  .array(fc.tuple(name, goodValue), { maxLength: 5 })
  .map((fields) => `{${fields.map(([n, v]) => `"${n}":${v}`).join()}}`);

it('says of every object in a stream exactly what a plain scan says', () => {
  fc.assert(
    fc.property(stream, fc.nat(9), (lines, lead) => {
      const scanner = new ShapeScanner(LIMITS, () => true);
      const table = new FieldTable();
      // All lines in one buffer at odd places, as a log hands them out, each amid what would go on with it.
      const all = Buffer.concat([Buffer.alloc(lead, '{'), ...lines.flatMap((bytes) => [bytes, Buffer.from('","}')])]);
      const view = all.subarray(Math.min(lead, 3));
      let at = lead - Math.min(lead, 3);
      for (const { length } of lines) {
        // Twice: the second time its shape is known, if it has one.
        for (let round = 0; round < 2; round++) {
          const result = scanner.scan(view, at, at + length);
          expect(report(result, scanner.table)).toEqual(
            report(scanObject(view, at, at + length, table, LIMITS), table),
          );
        }
        at += length + 3;
      }
    }),
    { numRuns: 2000 },
  );
});

it('plans once for a shape, from the names alone', () => {
  fc.assert(
    fc.property(fc.array(tightObject, { minLength: 1, maxLength: 30 }), (lines) => {
      const scanner = new ShapeScanner({ depth: 64, keys: 1000 }, (table, bytes) =>
        Array.from({ length: table.count }, (_, i) =>
          Buffer.from(bytes.subarray(table.nameStart[i], table.nameEnd[i])).toString(),
        ),
      );
      const plans = new Map<string, unknown>();
      for (const object of lines) {
        const bytes = Buffer.from(object);
        expect(scanner.scan(bytes, 0, bytes.length)).toBe(SCAN.ok);
        const { plan, table } = scanner;
        const names = Array.from({ length: table.count }, (_, i) =>
          bytes.toString('utf8', table.nameStart[i], table.nameEnd[i]),
        );
        if (names.length === 0 || names.some((n) => /[^\0-\x7f]|\\/.test(n))) {
          expect(plan).toBeNull();
          continue;
        }
        expect(plan).toEqual(names);
        const key = JSON.stringify(names);
        expect(plan).toBe(plans.get(key) ?? plan);
        plans.set(key, plan);
      }
    }),
    { numRuns: 500 },
  );
});
