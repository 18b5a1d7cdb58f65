import { describe, expect, it } from 'vitest';
import {
  completeEvent,
  decodeEvent,
  encodeEvent,
  mirrorAssets,
  UDM_LIMITS,
  type UdmProblem,
  type Value,
  type ValueMap,
} from './index.ts';
import { mapOf } from './testing/value-of.ts';

function codes(problems: readonly UdmProblem[]): string[] {
  return problems.map((problem) => problem.code);
}

/** A process with so many parents above it. */
function ancestry(parents: number): ValueMap {
  let process: ValueMap = new Map<string, Value>([['pid', '1']]);
  for (let i = 0; i < parents; i++) process = new Map<string, Value>([['parent_process', process]]);
  return new Map<string, Value>([['principal', new Map<string, Value>([['process', process]])]]);
}

function ancestryJson(parents: number): unknown {
  return JSON.parse(
    `{"principal":{"process":${'{"parentProcess":'.repeat(parents)}{"pid":"1"}${'}'.repeat(parents)}}}`,
  );
}

/** The event, the principal and the process itself are three levels. */
const DEEPEST = UDM_LIMITS.depth - 3;

describe('a record at the limit passes, and one beyond it is in error', () => {
  it('by depth', () => {
    const deepest = encodeEvent(ancestry(DEEPEST));
    expect(deepest.problems).toEqual([]);
    expect(deepest.json).toEqual(ancestryJson(DEEPEST));
    expect(decodeEvent(ancestryJson(DEEPEST))).toEqual({ json: ancestryJson(DEEPEST), problems: [] });
    expect(codes(encodeEvent(ancestry(DEEPEST + 1)).problems)).toEqual(['limit_exceeded']);
    expect(codes(decodeEvent(ancestryJson(DEEPEST + 1)).problems)).toEqual(['limit_exceeded']);
  });

  it('by depth of a Struct', () => {
    const nested = (levels: number): unknown =>
      JSON.parse(`{"additional":{"a":${'['.repeat(levels)}${']'.repeat(levels)}}}`);
    expect(decodeEvent(nested(UDM_LIMITS.depth - 2)).problems).toEqual([]);
    expect(codes(decodeEvent(nested(UDM_LIMITS.depth - 1)).problems)).toEqual(['limit_exceeded']);
  });

  it('by depth of a Struct that a parser has built', () => {
    const nested = (levels: number): ValueMap => {
      let value: ValueMap = new Map<string, Value>([['string_value', 'x']]);
      for (let i = 0; i < levels; i++) {
        const fields = new Map<string, Value>([
          ['key', 'k'],
          ['value', value],
        ]);
        value = new Map<string, Value>([['struct_value', new Map<string, Value>([['fields', [fields]]])]]);
      }
      const field = new Map<string, Value>([
        ['key', 'k'],
        ['value', value],
      ]);
      return new Map<string, Value>([['additional', new Map<string, Value>([['fields', [field]]])]]);
    };
    expect(encodeEvent(nested(5)).problems).toEqual([]);
    expect(codes(encodeEvent(nested(10_000)).problems)).toEqual(['limit_exceeded']);
    let list: ValueMap = new Map<string, Value>([['string_value', 'x']]);
    for (let i = 0; i < 10_000; i++) {
      list = new Map<string, Value>([['list_value', new Map<string, Value>([['values', [list]]])]]);
    }
    const fields = new Map<string, Value>([['fields', new Map<string, Value>([['k', list]])]]);
    expect(codes(encodeEvent(new Map<string, Value>([['additional', fields]])).problems)).toEqual(['limit_exceeded']);
  });

  it('by number of values in a map of messages', () => {
    const entries = Array.from({ length: UDM_LIMITS.values }, (_, index): [string, Value] => [`k${index}`, new Map()]);
    const result = new Map<string, Value>([['variables', new Map(entries)]]);
    const { problems } = encodeEvent(new Map<string, Value>([['security_result', result]]));
    expect(codes(problems)).toEqual(['limit_exceeded']);
  });

  it('by number of values', () => {
    // The noun and its addresses are values.
    const most = Array.from({ length: UDM_LIMITS.values - 1 }, () => '192.0.2.1');
    expect(encodeEvent(mapOf({ principal: { ip: most } })).problems).toEqual([]);
    expect(decodeEvent({ principal: { ip: most } }).problems).toEqual([]);
    const more = [...most, '192.0.2.1'];
    const { json, problems } = encodeEvent(mapOf({ principal: { ip: more } }));
    expect(codes(problems)).toEqual(['limit_exceeded']);
    expect(json).toEqual({ principal: { ip: most } });
    // What is read again has three times the room: the noun counts once.
    const thrice = [...most, ...most, ...most, '192.0.2.1', '192.0.2.1'];
    expect(decodeEvent({ principal: { ip: thrice } }).problems).toEqual([]);
    expect(codes(decodeEvent({ principal: { ip: [...thrice, '192.0.2.1'] } }).problems)).toEqual(['limit_exceeded']);
  });

  it('by length of its texts', () => {
    const half = 'x'.repeat(UDM_LIMITS.textLength / 2);
    expect(encodeEvent(mapOf({ principal: { url: half }, target: { url: half } })).problems).toEqual([]);
    expect(codes(encodeEvent(mapOf({ principal: { url: half }, target: { url: `${half}x` } })).problems)).toEqual([
      'limit_exceeded',
    ]);
    const whole = half + half;
    const event = (more: string) => ({ principal: { url: whole }, target: { url: whole }, src: { url: whole + more } });
    expect(decodeEvent(event('')).problems).toEqual([]);
    expect(codes(decodeEvent(event('x')).problems)).toEqual(['limit_exceeded']);
  });

  it('and one at the limit can be read again with what the engine sets', () => {
    const hostname = 'x'.repeat(UDM_LIMITS.textLength);
    const { json, problems } = encodeEvent(mapOf({ principal: { hostname } }));
    expect(problems).toEqual([]);
    const event = completeEvent(mirrorAssets(json), { logType: 'T', eventTime: '2026-01-01T00:00:00Z' });
    expect(decodeEvent(event)).toEqual({ json: event, problems: [] });
  });

  it('by number of problems that are told', () => {
    const unknown = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`field_${index}`, 'x']));
    expect(encodeEvent(mapOf(unknown)).problems).toHaveLength(UDM_LIMITS.problems);
    expect(decodeEvent(unknown).problems).toHaveLength(UDM_LIMITS.problems);
  });
});

it('a problem names keys and values of any length in a short message', () => {
  const { problems } = encodeEvent(mapOf({ ['k'.repeat(100_000)]: 'v'.repeat(100_000) }));
  expect(problems[0]?.message.length).toBeLessThan(400);
});
