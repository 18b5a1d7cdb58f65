import { expect, it } from 'vitest';
import { FieldTable } from './field-table.ts';
import { SCAN, scanObject } from './scan-object.ts';
import { ShapeScanner } from './shape-scanner.ts';

const LIMITS = { depth: 64, keys: 1000 };

it('stays within bounds and right when every object has names of its own', () => {
  let planned = 0;
  const scanner = new ShapeScanner(LIMITS, () => ++planned);
  for (let i = 0; i < 20_000; i++) {
    const bytes = Buffer.from(`{"n${i % 7}":1,"name_${i}":${i},"x":[1]}`);
    expect(scanner.scan(bytes, 0, bytes.length)).toBe(SCAN.ok);
    expect(bytes.toString('utf8', scanner.table.valueStart[1], scanner.table.valueEnd[1])).toBe(String(i));
  }
  // At most 32 names are known to follow one name, until all is forgotten: the others were scanned plainly.
  expect(planned).toBeGreaterThan(7 * 32 - 1);
  expect(planned).toBeLessThan(1000);
});

it('knows a shape whichever was the last one, and lets each end where it ends', () => {
  const plans: string[] = [];
  const scanner = new ShapeScanner(LIMITS, (table) => {
    plans.push(`${table.count} fields`);
    return plans.length;
  });
  const objects = ['{"a":1,"b":2}', '{"a":1}', '{"a":1,"c":"x","b":2}', '{"b":[1,{"a":"]}"}]}'].map((t) =>
    Buffer.from(t),
  );
  for (let round = 0; round < 3; round++) {
    for (const [i, bytes] of objects.entries()) {
      expect(scanner.scan(bytes, 0, bytes.length)).toBe(SCAN.ok);
      expect(scanner.plan).toBe(i + 1);
    }
  }
  expect(plans).toEqual(['2 fields', '1 fields', '3 fields', '1 fields']);
});

/** What stands where a value should: numbers, words, nested values, and strings, right ones and wrong ones, one a line. */
const VALUES = String.raw`
0
01
-0
-01
7
12
1.
1.5
.5
1e
1e5
1E+5
-
+1
1 2
9x
true
tru
truex
null
nul
false
[]
[1
{"a":1}
{"a"}
]
}
{}
""
"
"a
"ab"
"abc"
"abcd"
"abcde"
"a"b"
'a'
"a\"b"
"a\",\"b"
"a\"
"a\x"
"\u00e9"
"\u00g9"
"\\"
"\\\"
"é"
"abé,"
"~"
`.split('\n');
const WITH_CONTROL = ['"\t"', '"abc\n"', '"\u007f"', '"abcdefg\u0000"', ' 1', '1 '];

it.each([...VALUES, ...WITH_CONTROL])('takes %j under a known name where a plain scan does', (value) => {
  const table = new FieldTable();
  const scanner = new ShapeScanner(LIMITS, () => true);
  const known = Buffer.from('{"a":1,"b":"x","c":2}');
  expect(scanner.scan(known, 0, known.length)).toBe(SCAN.ok);
  for (const text of [`{"a":${value},"b":1,"c":2}`, `{"a":1,"b":${value},"c":2}`, `{"a":1,"b":"x","c":${value}}`]) {
    const bytes = Buffer.from(text);
    const expected = scanObject(bytes, 0, bytes.length, table, LIMITS);
    expect(scanner.scan(bytes, 0, bytes.length)).toBe(expected);
    if (expected !== SCAN.ok) continue;
    expect(scanner.table.valueStart.subarray(0, 3)).toEqual(table.valueStart.subarray(0, 3));
    expect(scanner.table.valueEnd.subarray(0, 3)).toEqual(table.valueEnd.subarray(0, 3));
    expect(scanner.table.nonAscii).toBe(table.nonAscii);
  }
});
