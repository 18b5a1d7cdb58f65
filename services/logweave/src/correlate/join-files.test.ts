import { Readable, Writable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Arrival, parseArrival } from './arrival-order.ts';
import { StreamSource } from './byte-source.ts';
import { defaultCorrelationSection, offlineRules, type RuleFlags } from './correlate-options.ts';
import { deadLetterSentence, summarise } from './correlate-summary.ts';
import { joinFiles } from './join-files.ts';
import { LineOutput } from './line-output.ts';
import { LineReader } from './line-reader.ts';

async function join(http: readonly string[], network: readonly string[], flags: RuleFlags, arrival: Arrival) {
  const written: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk);
      done();
    },
  });
  const readerOf = (lines: readonly string[]): LineReader =>
    new LineReader(new StreamSource(Readable.from(lines.map((line) => Buffer.from(`${line}\n`)))), 100);
  const readers: [LineReader, LineReader] = [readerOf(http), readerOf(network)];
  const output = new LineOutput(stream, 200);
  const rules = offlineRules(defaultCorrelationSection(), flags);
  const joined = await joinFiles({ readers, rules, arrival, withLines: true, output, progress: () => {} });
  return { joined, readers, text: Buffer.concat(written).toString(), records: output.lines };
}

const event = (port: number, ms: number): string =>
  JSON.stringify({ src_ip: '192.0.2.1', src_port: port, timestamp: 1_700_000_000_000 + ms });

const times = fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 9_000 })), { maxLength: 40 });
const ARRIVALS = ['http-first', 'network-first', 'shuffle:1', 'shuffle:2'].map(parseArrival);

describe('the offline join', () => {
  it('gives the same bytes for every order of arrival', async () => {
    const sorted = (list: readonly (readonly [number, number])[]): string[] =>
      list.toSorted((x, y) => x[1] - y[1]).map(([port, ms]) => event(port, ms));
    await fc.assert(
      fc.asyncProperty(times, times, fc.constantFrom('one_to_one', 'one_to_many'), async (a, b, mode) => {
        const flags = { mode, networkEmit: true, ttl: '2s' };
        const byTime = await join(sorted(a), sorted(b), flags, { kind: 'time' });
        for (const arrival of ARRIVALS) {
          expect((await join(sorted(a), sorted(b), flags, arrival)).text).toBe(byTime.text);
        }
        expect(byTime.joined.correlation.heldEvents).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  it('names the lines that are no events, and counts every event once', async () => {
    const http = [event(1, 0), 'no json', '', '{"src_ip":"192.0.2.1"}', event(2, 5)];
    const { joined, readers, records } = await join(http, [event(1, 1)], {}, { kind: 'time' });
    const summary = summarise(joined, readers, records, 10);
    expect(summary.http).toEqual({
      lines: 5,
      events: 2,
      matched: 1,
      orphans: { no_partner: 1 },
      suppressed: {},
      filtered: {},
      dead_letters: { bad_json: { count: 1, first_lines: [2] }, missing_key: { count: 1, first_lines: [4] } },
      late: 0,
    });
    expect(summary.records).toBe(2);
    expect(deadLetterSentence('--http x', joined.deadLetters[0])).toBe(
      '--http x: 2 lines are no events: bad_json 1 (line 2); missing_key 1 (line 4)',
    );
  });

  it('lets records leave as the window passes, long before the files end', async () => {
    const lines = Array.from({ length: 5_000 }, (_, i) => event(i, i * 10));
    const rules = offlineRules(defaultCorrelationSection(), {});
    const readerOf = (): LineReader => new LineReader(new StreamSource(Readable.from([Buffer.from(lines.join('\n'))])));
    const output = new LineOutput(new Writable({ write: (_chunk, _encoding, done) => done() }));
    const readers: [LineReader, LineReader] = [readerOf(), readerOf()];
    let mostAhead = 0;
    const add = output.add.bind(output);
    output.add = (record) => {
      mostAhead = Math.max(mostAhead, readers[0].line - output.lines);
      add(record);
    };
    await joinFiles({ readers, rules, arrival: { kind: 'time' }, withLines: false, output, progress: () => {} });
    expect(output.lines).toBe(5_000);
    expect(mostAhead).toBeLessThan(600);
  });

  it.each([
    [{ mode: 'both' }, "--mode: 'both' is neither one_to_one nor one_to_many"],
    [{ window: '1' }, '--window: '],
    [{ ttl: '9999h' }, '--ttl: '],
  ])('refuses %j naming the flag', (flags, message) => {
    expect(() => offlineRules(defaultCorrelationSection(), flags)).toThrow(message);
  });
});
