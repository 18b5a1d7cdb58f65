import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { EventStream } from './event-stream.ts';
import { type GeneratedEvent, generateEvents } from './generated-event.ts';
import type { StreamOptions } from './stream-options.ts';

interface Fields {
  readonly src_ip: string;
  readonly src_port: number;
  readonly timestamp: number;
  readonly keepalives?: number;
  readonly header_user_agent?: string;
}

function fieldsOf(event: GeneratedEvent): Fields {
  return JSON.parse(event.line.toString()) as Fields;
}

function keyOf(event: GeneratedEvent): string {
  const { src_ip, src_port } = fieldsOf(event);
  return `${src_ip} ${src_port}`;
}

function digest(options: Partial<StreamOptions>): string {
  const hash = createHash('sha256');
  for (const event of generateEvents(options)) hash.update(event.side).update(event.line).update('\n');
  return hash.digest('hex');
}

function all(options: Partial<StreamOptions>): readonly GeneratedEvent[] {
  return [...generateEvents({ durationMs: 10_000, ...options })];
}

describe('a generated stream', () => {
  it('is the same bytes for the same seed and others for another', () => {
    const options = { durationMs: 5_000, seed: 7 };
    expect(digest(options)).toBe(digest(options));
    expect(digest(options)).not.toBe(digest({ ...options, seed: 8 }));
  });

  it('stays what it was when the program changes', () => {
    expect(digest({ seed: 1, maxEvents: 1000 })).toMatchInlineSnapshot(
      `"bd2bfd2e637ce2f5073c50d3b1c3000558ba9829becc4e90bf3f591745fe9142"`,
    );
  });

  it('consists of JSON lines about as long as wanted whose fields say key and exact time', () => {
    const events = all({ eventBytes: 450 });
    for (const event of events) {
      const text = event.line.toString();
      const fields = fieldsOf(event);
      expect(fields.src_port).toBeGreaterThan(0);
      expect(/"timestamp":(\d+)/.exec(text)?.[1]).toBe(`${event.timeMs}${String(event.timeNs).padStart(6, '0')}`);
      if (event.side === 'A') expect(fields.keepalives).toBe(event.request);
    }
    const mean = events.reduce((sum, { line }) => sum + line.length, 0) / events.length;
    expect(mean).toBeGreaterThan(430);
    expect(mean).toBeLessThan(470);
  });

  it('has about the wanted rate and duration', () => {
    const events = all({ ratePerSecond: 2000, durationMs: 20_000 });
    expect(events.length).toBeGreaterThan(37_000);
    expect(events.length).toBeLessThan(43_000);
  });

  it('arrives in order, each event not before its time and within the disorder', () => {
    const events = all({ disorderMs: 30 });
    let lastMs = 0;
    let outOfOrder = 0;
    let latestMs = 0;
    for (const { arrivalMs, timeMs } of events) {
      expect(arrivalMs).toBeGreaterThanOrEqual(lastMs);
      expect(arrivalMs - timeMs).toBeGreaterThanOrEqual(0);
      expect(arrivalMs - timeMs).toBeLessThan(31);
      if (timeMs < latestMs) outOfOrder++;
      lastMs = arrivalMs;
      latestMs = Math.max(latestMs, timeMs);
    }
    expect(outOfOrder).toBeGreaterThan(events.length / 10);
  });

  it('is in the order of time without disorder and skew', () => {
    let lastUs = 0;
    for (const { timeMs, timeNs } of all({ disorderMs: 0 })) {
      const us = timeMs * 1000 + Math.floor(timeNs / 1000);
      expect(us).toBeGreaterThanOrEqual(lastUs);
      lastUs = us;
    }
  });

  it('says in its truth which requests belong to which connection', () => {
    const connections = Map.groupBy(all({ disorderMs: 0 }), ({ connection }) => connection);
    for (const events of connections.values()) {
      expect(new Set(events.map(keyOf)).size).toBe(1);
      const requests = events.filter(({ side }) => side === 'A');
      expect(requests.map(({ request }) => request)).toEqual(requests.map((_, i) => i));
      expect(new Set(requests.map((event) => fieldsOf(event).header_user_agent)).size).toBeLessThanOrEqual(1);
      expect(events.filter(({ side }) => side === 'B').length).toBeLessThanOrEqual(1);
      if (events.some(({ side }) => side === 'B')) expect(events[0]?.side).toBe('B');
    }
  });

  it('leaves the wanted shares of connections alone', () => {
    const events = all({ loneHttpShare: 0.2, loneNetworkShare: 0.3, ratePerSecond: 5000, thinkMs: 5 });
    const connections = [...Map.groupBy(events, ({ connection }) => connection).values()];
    const withoutB = connections.filter((own) => own.every(({ side }) => side === 'A')).length;
    const withoutA = connections.filter((own) => own.every(({ side }) => side === 'B')).length;
    expect(withoutB / connections.length).toBeCloseTo(0.2, 1);
    expect(withoutA / connections.length).toBeCloseTo(0.3, 1);
  });

  it('moves the clock of the sensor by the skew', () => {
    const [plain, skewed] = [all({ seed: 3, skewMs: 0 }), all({ seed: 3, skewMs: 250 })];
    for (const [i, event] of plain.entries()) {
      expect((skewed[i]?.timeMs ?? 0) - event.timeMs).toBe(event.side === 'B' ? 250 : 0);
    }
  });

  it('uses a key once unless a port is reused, and then only after its connection ended', () => {
    const keys = (options: Partial<StreamOptions>): readonly string[] =>
      all({ ...options, requests: { mean: 1, max: 1 }, loneHttpShare: 0 })
        .filter(({ side }) => side === 'B')
        .map(keyOf);
    const once = keys({ portReuseShare: 0 });
    expect(new Set(once).size).toBe(once.length);
    const reused = keys({ portReuseShare: 0.3 });
    const repeats = reused.length - new Set(reused).size;
    expect(repeats / reused.length).toBeCloseTo(0.3, 1);
  });

  it('has the wanted share of IPv6 clients', () => {
    const connections = all({ ipv6Share: 0.25, portReuseShare: 0 }).filter(({ side }) => side === 'B');
    const ipv6 = connections.filter((event) => fieldsOf(event).src_ip.includes(':')).length;
    expect(ipv6 / connections.length).toBeCloseTo(0.25, 1);
  });

  it('goes on later when it is shifted', () => {
    const stream = new EventStream({ disorderMs: 0 });
    stream.next();
    const before = stream.arrivalMs;
    stream.shift(60_000);
    stream.next();
    expect(stream.arrivalMs).toBeGreaterThanOrEqual(before + 60_000);
    expect(stream.timeMs).toBe(Math.floor(stream.arrivalMs));
  });

  it.each([
    [{ ratePerSecond: 0 }, 'ratePerSecond'],
    [{ loneHttpShare: 0.7, loneNetworkShare: 0.7 }, 'together'],
    [{ ipv6Share: 1.5 }, 'ipv6Share'],
    [{ seed: 0.5 }, 'seed'],
  ])('refuses options that make no sense: %o', (options, named) => {
    expect(() => new EventStream(options)).toThrow(named);
  });
});
