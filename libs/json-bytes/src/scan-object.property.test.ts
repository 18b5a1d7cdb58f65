import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FieldTable } from './field-table.ts';
import { decodeJsonString, hashOfName, SCAN, scanObject } from './scan-object.ts';
import { jsonObject, mutated, piece } from './testing/json-texts.ts';

const LIMITS = { depth: 64, keys: 1000 };
const table = new FieldTable();

/** What JSON.parse says of a text: an object, another value, or nothing. */
function kindOf(text: string): 'object' | 'value' | 'none' {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? 'object' : 'value';
  } catch {
    return 'none';
  }
}

const KIND_OF_RESULT = { [SCAN.ok]: 'object', [SCAN.notAnObject]: 'value', [SCAN.badJson]: 'none' } as const;

/** Scans bytes that stand amid others which would close any string, array or object that reads on. */
function scanAmid(bytes: Uint8Array): { amid: Buffer; result: number } {
  const amid = Buffer.concat([Buffer.from('{"a":1,"'), bytes, Buffer.from('"]}0e1,"b":2}')]);
  return { amid, result: scanObject(amid, 8, 8 + bytes.length, table, LIMITS) };
}

/** A Uint8Array that notes which bytes were read; the scanner only ever indexes. */
function watched(bytes: Uint8Array, onRead: (index: number) => void): Uint8Array {
  return new Proxy(bytes, {
    get(target, property) {
      if (typeof property === 'string' && /^-?[0-9]+$/.test(property)) onRead(Number(property));
      const value: unknown = Reflect.get(target, property, target);
      return value;
    },
  });
}

describe('scanning any JSON object', () => {
  it('finds its fields: names, values, order and repetitions', () => {
    fc.assert(
      fc.property(jsonObject, ({ text, fields }) => {
        const { amid, result } = scanAmid(Buffer.from(text));
        expect(result).toBe(SCAN.ok);
        const found = Array.from({ length: table.count }, (_, i) => [
          `"${amid.toString('utf8', table.nameStart[i], table.nameEnd[i])}"`,
          amid.toString('utf8', table.valueStart[i], table.valueEnd[i]),
        ]);
        expect(found).toEqual(fields);
        expect(table.nonAscii).toBe(/[^\0-\x7f]/.test(text));
      }),
      { numRuns: 1000 },
    );
  });

  it('gives each name the hash of what it means, and knows which have escapes', () => {
    fc.assert(
      fc.property(jsonObject, ({ text, fields }) => {
        const { amid } = scanAmid(Buffer.from(text));
        for (const [i, [name]] of fields.entries()) {
          const meant = JSON.parse(name) as string;
          expect(decodeJsonString(amid, table.nameStart[i] as number, table.nameEnd[i] as number)).toBe(meant);
          expect(table.nameHash[i]).toBe(hashOfName(meant));
          expect(table.nameEscaped[i]).toBe(name.includes('\\') ? 1 : 0);
        }
      }),
      { numRuns: 500 },
    );
  });

  // The names are parsed one by one: V8 14.6 (Node 26.10) takes the key "\u0078" for "\\" once it has seen an object
  // whose second key is "\\", so JSON.parse of the whole object is no judge of escapes in keys.
  it('makes of the fields what JSON.parse makes of their parts, the last of a name counting', () => {
    fc.assert(
      fc.property(jsonObject, ({ text, fields }) => {
        const { amid } = scanAmid(Buffer.from(text));
        const last = new Map<string, unknown>();
        for (let i = 0; i < table.count; i++) {
          const name = decodeJsonString(amid, table.nameStart[i] as number, table.nameEnd[i] as number);
          last.set(name, JSON.parse(amid.toString('utf8', table.valueStart[i], table.valueEnd[i])));
        }
        const meant = fields.map(([name, value]): [string, unknown] => [JSON.parse(name) as string, JSON.parse(value)]);
        expect(last).toEqual(new Map(meant));
      }),
      { numRuns: 500 },
    );
  });
});

describe('scanning any bytes', () => {
  it('takes exactly what JSON.parse takes', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          mutated,
          fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
        ),
        (text) => {
          // A cut surrogate pair would become U+FFFD on its way into bytes.
          const wellFormed = text.toWellFormed();
          const { result } = scanAmid(Buffer.from(wellFormed));
          expect(KIND_OF_RESULT[result as keyof typeof KIND_OF_RESULT]).toBe(kindOf(wellFormed));
        },
      ),
      { numRuns: 5000 },
    );
  });

  it('never throws and stays within the bytes that are the line’s', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      mutated.map((text) => Uint8Array.from(Buffer.from(text))),
      fc
        .tuple(mutated, fc.nat())
        .map(([text, cut]) => Uint8Array.from(Buffer.from(text).subarray(0, cut % (text.length + 1)))),
    );
    fc.assert(
      fc.property(bytes, (line) => {
        const framed = new Uint8Array(line.length + 20);
        framed.set(line, 10);
        const outside: number[] = [];
        const proxy = watched(framed, (index) => {
          if (index < 10 || index >= 10 + line.length) outside.push(index);
        });
        let result = -1;
        try {
          result = scanObject(proxy, 10, 10 + line.length, table, LIMITS);
        } finally {
          expect(outside).toEqual([]);
        }
        expect(result).toBe(scanObject(framed, 10, 10 + line.length, table, LIMITS));
        if (result !== SCAN.ok) expect(table.position).toBeLessThanOrEqual(10 + line.length);
      }),
      { numRuns: 1500 },
    );
  });

  it('says no JSON of a cut-off object, wherever it is cut', () => {
    fc.assert(
      fc.property(jsonObject, ({ text }) => {
        const bytes = Buffer.from(text.trimEnd());
        for (let end = 0; end < bytes.length; end++) {
          expect(scanObject(bytes, 0, end, table, LIMITS)).toBe(SCAN.badJson);
        }
      }),
      { numRuns: 100 },
    );
  });
});
