import { describe, expect, it } from 'vitest';
import { AuditWorld, resultOf, type WorldOptions } from '../testing/audit-world.ts';

const KEY = '192.0.2.1:1';

/** Both sources keep sending, so that nobody is silent. */
const BUSY = Array.from({ length: 120 }, (_, i) => [`A 90 @${i * 500}`, `B 90 @${i * 500}`]).flat();

async function explain(lines: readonly string[], options: WorldOptions = {}) {
  const all = [...lines, ...BUSY].sort((one, other) => arrival(one) - arrival(other));
  return (await new AuditWorld(options).send(...all).stop()).explain(KEY);
}

function arrival(line: string): number {
  const [, at, delay = '0'] = /@(\d+)(?: \+(\d+))?$/.exec(line) ?? [];
  return Number(at) + Number(delay);
}

describe('an explanation', () => {
  it('says who took whom, when that was decided, and where it stands', async () => {
    const { events, advice, partition } = await explain(['B 1 @1000', 'A 1 @1003']);
    expect(partition).toBe(0);
    expect(advice).toEqual([]);
    const at = (atMs: number): number => new AuditWorld().baseMs + atMs;
    expect(events).toMatchObject([
      { side: 'B', ms: at(1000), recorded: [{ outcome: { kind: 'matched' } }], decidedMs: at(1006) },
      { side: 'A', ms: at(1003), replayed: { kind: 'matched' }, decidedMs: at(1006), delayMs: 0 },
    ]);
  });

  it('says how wide the window would have to be', async () => {
    const { advice } = await explain(['B 1 @1000', 'A 1 @12600']);
    expect(advice).toContain(
      'http/0/26: network/0/2 is 11.6 s earlier, and the window allows 100 ms: widen the window (correlation.time_window, or before alone) to 12 s.',
    );
  });

  it('says how wide it would have to be in the other direction', async () => {
    const { advice } = await explain(['A 1 @1000', 'B 1 @1150']);
    expect(advice[0]).toMatch(/150 ms later, and the window allows 100 ms: .* or after alone\) to 160 ms\.$/);
  });

  it('names the rival that took the partner, and one_to_many for keep-alive', async () => {
    const { advice } = await explain(['B 1 @1000', 'A 1 @1002', 'A 1 @1050']);
    expect(advice).toEqual([
      'http/0/4: network/0/2 went to http/0/3, which is 2 ms from it and this one 50 ms. When one connection carries many requests (keep-alive), set matching.mode: one_to_many.',
    ]);
  });

  it('says that a connection had ended', async () => {
    const { advice } = await explain(['B 1 @1000', 'A 1 @1500', 'A 1 @2600'], { rules: { mode: 'one_to_many' } });
    expect(advice).toEqual([expect.stringMatching(/^http\/0\/7 came after its connection had ended: more than 1 s/)]);
  });

  it('says that nothing was asked on a connection', async () => {
    const { advice } = await explain(['B 1 @1000'], { rules: { mode: 'one_to_many' } });
    expect(advice).toEqual([expect.stringMatching(/nothing was asked: no HTTP event .* not written/)]);
  });

  it('says what delays an event that came too late', async () => {
    const { advice } = await explain(['A 1 @1000 +7000']);
    expect(advice).toEqual([expect.stringMatching(/^http\/0\/\d+ arrived 7 s after its event time/)]);
  });

  it('says from when to when the other source was silent', async () => {
    const http = Array.from({ length: 20 }, (_, i) => `A 90 @${i * 500}`);
    const lines = [...http.slice(0, 10), 'B 90 @0', 'A 1 @5000', ...http.slice(11), 'B 90 @9000'];
    const { advice } = await (
      await new AuditWorld()
        .send(...lines.slice(0, 1))
        .send(...lines.slice(1))
        .stop()
    ).explain(KEY);
    expect(advice[0]).toBe(
      'http/0/10: the network source was silent (in this partition) from 2024-01-01T12:00:00Z to 2024-01-01T12:00:09Z: see whether that source runs and reaches its socket.',
    );
  });

  it('hints at a proxy where the same address has other ports', async () => {
    const { advice, otherPorts } = await explain(['A 1 @1000']);
    expect(otherPorts.B).toBe(120);
    expect(advice).toEqual([
      expect.stringContaining('There are 120 network events of the same address with other ports'),
    ]);
  });

  it('says by how much the clocks differ', async () => {
    const others = Array.from({ length: 40 }, (_, i) => [
      `A ${100 + i} @${i * 500}`,
      `B ${100 + i} @${i * 500 + 1200}`,
    ]);
    const { advice, typicalGapMs } = await (
      await new AuditWorld().send('A 1 @0', 'B 1 @1200', ...others.flat()).stop()
    ).explain(KEY);
    expect(typicalGapMs).toBe(1200);
    expect(advice.at(-1)).toMatch(/^Over 40 connections the network event is 1.2 s later than its first request/);
  });

  it('says what is filtered, and what waits', async () => {
    const filtered = await explain(['A 1 @1000'], { rules: { includeDestPorts: [80] } });
    expect(filtered.advice).toEqual(['http/0/2 is left out by correlation.include_dest_ports.']);
    const world = await new AuditWorld().send('A 1 @5000', 'B 90 @5000').commit();
    expect((await world.explain(KEY)).advice).toEqual([
      'http/0/0 waits until the events that arrive are past 2024-01-01T12:00:05.1Z; nothing is decided yet.',
    ]);
    expect((await world.explain('192.0.2.9:9')).advice).toEqual([expect.stringContaining('No event of 192.0.2.9:9')]);
  });

  it('says where the topic and the rules differ', async () => {
    const parted = await (
      await (await new AuditWorld({ onStop: 'emit' }).send('A 1 @0').stop()).send('B 1 @50').stop()
    ).explain(KEY);
    expect(parted.advice).toContainEqual(
      expect.stringMatching(
        /^http\/0\/0: the topic says an orphan .* replayed .* a match with offset 0. A graceful stop/,
      ),
    );
    const twice = { results: () => [resultOf(0, 0), resultOf(0, 0)] };
    const doubled = await (await new AuditWorld(twice).send('A 1 @0', 'B 1 @3').stop()).explain(KEY);
    expect(doubled.advice).toContain('http/0/0 has 2 outcomes, and must have one: run logweave audit.');
    const gone = await (await new AuditWorld({ results: () => [] }).send('A 1 @0', 'B 1 @3').stop()).explain(KEY);
    expect(gone.advice).toContain('http/0/0 stands in no result, and should: run logweave audit.');
  });

  it('reads around a moment only', async () => {
    const world = await new AuditWorld().send('A 1 @0', 'B 1 @3', 'A 1 @9000000', 'B 1 @9000004').stop();
    const { events } = await world.explain(KEY, world.baseMs + 9_000_000);
    expect(events.map(({ side, offset }) => `${side}${offset}`)).toEqual(['A1', 'B1']);
  });
});
