import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeEntity,
  decodeEvent,
  encodeEntity,
  encodeEvent,
  encodeExtension,
  mergeExtension,
  type UdmJson,
  validateEntity,
  validateEvent,
} from './index.ts';
import { ENTITY_SCHEMA, EVENT_SCHEMA } from './schema/schema.ts';
import { arbitraryJunk, arbitraryMessage } from './testing/arbitrary-record.ts';

const events = arbitraryMessage(EVENT_SCHEMA, 4);
const entities = arbitraryMessage(ENTITY_SCHEMA, 4);

/** As it leaves the process. */
function printed(json: UdmJson): string {
  return JSON.stringify(json);
}

describe('a record that fits the schema', () => {
  it('is encoded without a problem, and decoding it changes nothing', () => {
    fc.assert(
      fc.property(events, (event) => {
        const { json, problems } = encodeEvent(event);
        expect(problems).toEqual([]);
        expect(printed(decodeEvent(JSON.parse(printed(json))).json)).toBe(printed(json));
        expect(decodeEvent(json).problems).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is so as an entity, too', () => {
    fc.assert(
      fc.property(entities, (entity) => {
        const { json, problems } = encodeEntity(entity);
        expect(problems).toEqual([]);
        expect(decodeEntity(JSON.parse(printed(json)))).toEqual({ json, problems: [] });
      }),
      { numRuns: 500 },
    );
  });

  it('merged with an extension still fits it', () => {
    fc.assert(
      fc.property(
        events,
        events,
        fc.constantFrom('append' as const, 'replace' as const),
        (base, extension, repeated) => {
          const merged = mergeExtension(encodeEvent(base).json, encodeExtension(extension).json, { repeated });
          expect(decodeEvent(merged)).toEqual({ json: merged, problems: [] });
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('whatever a record holds', () => {
  it('encoding gives JSON in normal form and does not throw', () => {
    fc.assert(
      fc.property(arbitraryJunk(EVENT_SCHEMA), (junk) => {
        const { json } = encodeEvent(junk);
        expect(decodeEvent(JSON.parse(printed(json)))).toEqual({ json, problems: [] });
        validateEvent(json);
      }),
      { numRuns: 2_000 },
    );
  });

  it('decoding does not throw, and decoding again changes nothing', () => {
    const names = fc.constantFrom(
      'metadata',
      'principal',
      'ip',
      'security_result',
      'securityResult',
      'additional',
      '__proto__',
    );
    const json = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(names, fc.oneof(fc.jsonValue(), fc.dictionary(names, fc.jsonValue()))),
    );
    fc.assert(
      fc.property(json, (value) => {
        const first = decodeEvent(value);
        expect(decodeEvent(first.json)).toEqual({ json: first.json, problems: [] });
        validateEvent(first.json);
        validateEntity(decodeEntity(value).json);
        expect('polluted' in {}).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });
});
