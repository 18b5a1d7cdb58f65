import { readFileSync } from 'node:fs';
import { DEFAULT_KEY_FIELDS, EventReader, type Side } from '@logweave/model';
import { describe, expect, it } from 'vitest';
import { joinByOracle } from './join-oracle.ts';
import type { OracleEvent, OracleOutcome, OracleRules } from './oracle-event.ts';

const MS = 1e6;

const RULES: OracleRules = {
  mode: 'one_to_one',
  beforeNs: 100 * MS,
  afterNs: 100 * MS,
  skewNs: 10 * MS,
  networkTtlNs: 120_000 * MS,
};

function outcomesOf(text: string, rules: Partial<OracleRules>): readonly OracleOutcome[] {
  const events = text.split(' ').map(
    (word, offset): OracleEvent => ({
      side: word[0] as Side,
      atNs: Math.round(Number(word.slice(1)) * MS),
      offset,
    }),
  );
  return joinByOracle(events, { ...RULES, ...rules });
}

/** `A5 B7`: an A at 5 ms, a B at 7 ms; the outcomes come back as `A5+B7`, `A5`, `B7`, sorted. */
function join(text: string, rules: Partial<OracleRules> = {}): readonly string[] {
  const nameOf = (event: OracleEvent | null): string[] => (event === null ? [] : [`${event.side}${event.atNs / MS}`]);
  return outcomesOf(text, rules)
    .map(({ a, b }) => [...nameOf(a), ...nameOf(b)].join('+'))
    .sort();
}

/** The same with the places of events in the text: `0+2`, `1+`, `+3`. */
function joinPlaces(text: string, rules: Partial<OracleRules> = {}): readonly string[] {
  return outcomesOf(text, rules)
    .map(({ a, b }) => `${a?.offset ?? ''}+${b?.offset ?? ''}`)
    .sort();
}

const window = (ms: number): Partial<OracleRules> => ({ beforeNs: ms * MS, afterNs: ms * MS });
const many: Partial<OracleRules> = { mode: 'one_to_many' };

describe('the oracle of the join, on the hard cases of the specification', () => {
  it('knows the edges of the window', () => {
    const onlyAfter = { beforeNs: 0, afterNs: 100 * MS };
    expect(join('A0 B100', onlyAfter)).toEqual(['A0+B100']);
    expect(join('A1 B102', onlyAfter)).toEqual(['A1', 'B102']);
    expect(join('B102 A103', onlyAfter)).toEqual(['A103', 'B102']);
  });

  it('pairs duplicates in their order', () => {
    expect(join('A0 A0')).toEqual(['A0', 'A0']);
    expect(joinPlaces('A200 A200 B201 B201')).toEqual(['0+2', '1+3']);
  });

  it('gives an event to the closest rival, and leaves the other alone', () => {
    expect(join('B0 A5 A500', window(1000))).toEqual(['A5+B0', 'A500']);
    expect(join('A0 B900 A950', window(1000))).toEqual(['A0', 'A950+B900']);
  });

  it('lets no chain of rivals delay an event beyond its own window', () => {
    expect(join('A0 B999 A1997 B2994', window(1000))).toEqual(['A0+B999', 'A1997+B2994']);
  });

  it('keeps a connection alive by its requests', () => {
    expect(join('B0 A1000 A11000 A65000 A180000 A301000', many)).toEqual([
      'A1000+B0',
      'A11000+B0',
      'A180000+B0',
      'A301000',
      'A65000+B0',
    ]);
  });

  it('gives requests before the handshake to the next connection', () => {
    expect(join('A0 A100 A200 B50', { ...many, afterNs: 500 * MS })).toEqual(['A0+B50', 'A100+B50', 'A200+B50']);
  });

  it('never gives a request to a connection that was superseded', () => {
    expect(join('B0 A1000 B30000 A31000 A2000', many)).toEqual(['A1000+B0', 'A2000+B0', 'A31000+B30000']);
    expect(join('B0 B30000 A29995', many)).toEqual(['A29995+B30000', 'B0']);
    expect(join('B0 B30000 A29980', many)).toEqual(['A29980+B0', 'B30000']);
  });

  it('takes the later of two connections that begin together', () => {
    expect(joinPlaces('B5 B5 A6', many)).toEqual(['+0', '2+1']);
    expect(joinPlaces('A0 B50 B50', many)).toEqual(['+1', '0+2']);
  });
});

describe('the oracle of the join, on real traffic', () => {
  const folder = new URL('../../../../examples/web-minute/', import.meta.url);
  const read = (file: string): string => readFileSync(new URL(file, folder), 'utf8');

  it('finds the connections that the capture knows', () => {
    const truth = JSON.parse(read('truth.json')) as {
      one_to_many: Record<string, { pairs: readonly (readonly [number, number])[] }>;
    };
    expect(Object.keys(truth.one_to_many)).toContain('window_10s_ttl_120s_sliding');
    const keys = new Map<string, OracleEvent[]>();
    for (const [side, file] of [
      ['A', 'http.ndjson'],
      ['B', 'network.ndjson'],
    ] as const) {
      const reader = new EventReader({
        side,
        keyFields: DEFAULT_KEY_FIELDS,
        time: 'event',
        maxFutureSkewMs: 0,
      });
      for (const [i, line] of read(file).trimEnd().split('\n').entries()) {
        const bytes = Buffer.from(line);
        expect(reader.read(bytes, 0, bytes.length, null)).toBeNull();
        const own = keys.get(reader.key) ?? [];
        own.push({ side, atNs: (reader.ms - 1_795_536_000_000) * MS + reader.ns, offset: i + 1 });
        keys.set(reader.key, own);
      }
    }
    const rules = { ...RULES, ...many, ...window(10_000) };
    const pairs = [...keys.values()]
      .flatMap((events) => joinByOracle(events, rules))
      .flatMap(({ a, b }) => (a !== null && b !== null ? [[a.offset, b.offset]] : []))
      .sort(([one = 0], [other = 0]) => one - other);
    expect(pairs).toEqual(truth.one_to_many.window_10s_ttl_120s_sliding?.pairs);
  });
});
