import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  decodeEntity,
  decodeEvent,
  encodeEntity,
  encodeEvent,
  type UdmJson,
  type UdmProblem,
  validateEntity,
  validateEvent,
  type Value,
  type ValueMap,
} from './index.ts';

/**
 * The events that the reference engine made of real logs, where a copy of them is at hand: LOGWEAVE_PARSER_CORPUS names
 * its folder, `<parser>/expected_events/*.json` in it.
 */
const folder = process.env['LOGWEAVE_PARSER_CORPUS'];

interface Sample {
  readonly name: string;
  readonly event?: UdmJson;
  readonly entity?: UdmJson;
}

interface EventsFile {
  readonly events: readonly {
    readonly event: { readonly idm: { readonly readOnlyUdm?: UdmJson; readonly entity?: UdmJson } };
  }[];
}

function readSamples(root: string): Sample[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => /expected_events\/[^/]+\.json$/.test(path))
    .flatMap((path) => {
      const { events } = JSON.parse(readFileSync(join(root, path), 'utf8')) as EventsFile;
      return events.map(({ event: { idm } }, index) => {
        const name = `${path} #${index}`;
        if (idm.readOnlyUdm !== undefined) return { name, event: idm.readOnlyUdm };
        return idm.entity === undefined ? { name } : { name, entity: idm.entity };
      });
    });
}

/** A value of a Struct, as parsers put it together. */
function structValue(json: unknown): ValueMap {
  if (Array.isArray(json)) return new Map([['list_value', new Map([['values', json.map(structValue)]])]]);
  if (typeof json === 'number') return new Map([['number_value', json]]);
  return new Map([['string_value', String(json)]]);
}

/** The tree that a parser would have built for a record. */
function build(json: UdmJson): ValueMap {
  const map: ValueMap = new Map();
  for (const [key, value] of Object.entries(json)) {
    const name = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    if (key === 'additional') {
      const fields = Object.entries(value as UdmJson).map(([field, inner]) => {
        return new Map<string, Value>([
          ['key', field],
          ['value', structValue(inner)],
        ]);
      });
      map.set(name, new Map([['fields', fields]]));
    } else {
      map.set(name, buildValue(value));
    }
  }
  return map;
}

function buildValue(json: unknown): Value {
  if (Array.isArray(json)) return json.map(buildValue);
  if (typeof json === 'object' && json !== null) return build(json as UdmJson);
  return json as string | number | boolean;
}

function messages(problems: readonly UdmProblem[]): string[] {
  return problems.map((problem) => `${problem.code} ${problem.message}`);
}

describe.skipIf(folder === undefined)('records of the reference engine', () => {
  const samples = folder === undefined ? [] : readSamples(folder);

  it('are there', () => {
    expect(samples.filter((sample) => sample.event !== undefined).length).toBeGreaterThan(400);
    expect(samples.filter((sample) => sample.entity !== undefined).length).toBeGreaterThan(20);
  });

  it('come out of decoding as they went in', () => {
    for (const { name, event, entity } of samples) {
      const decoded = event === undefined ? decodeEntity(entity) : decodeEvent(event);
      expect(messages(decoded.problems), name).toEqual([]);
      expect(decoded.json, name).toStrictEqual(event ?? entity);
    }
  });

  it('come out of encoding as well when a parser builds them', () => {
    for (const { name, event, entity } of samples) {
      const encoded = event === undefined ? encodeEntity(build(entity ?? {})) : encodeEvent(build(event));
      expect(messages(encoded.problems), name).toEqual([]);
      expect(encoded.json, name).toStrictEqual(event ?? entity);
    }
  });

  it('are rejected by no rule of the default policy', () => {
    for (const { name, event, entity } of samples) {
      const problems = event === undefined ? validateEntity(entity ?? {}) : validateEvent(event);
      expect(messages(problems.filter((problem) => problem.severity === 'error')), name).toEqual([]);
    }
  });
});
