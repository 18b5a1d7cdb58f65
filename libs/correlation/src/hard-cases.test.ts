import type { KeyField, TimePolicy } from '@logweave/model';
import { describe, expect, it } from 'vitest';
import { Correlation } from './correlation.ts';
import { bruteForceJoin } from './testing/brute-force-join.ts';
import { addTo, eventsOf, OutcomeLog, rulesOf, run, type TestEvent } from './testing/scenario.ts';

/** Every way to mix two sequences. */
function interleavings(events: readonly TestEvent[]): TestEvent[][] {
  const mix = (a: readonly TestEvent[], b: readonly TestEvent[]): TestEvent[][] => {
    if (a.length === 0) return [[...b]];
    if (b.length === 0) return [[...a]];
    return [
      ...mix(a.slice(1), b).map((rest) => [a[0] as TestEvent, ...rest]),
      ...mix(a, b.slice(1)).map((rest) => [b[0] as TestEvent, ...rest]),
    ];
  };
  return mix(
    events.filter((event) => event.side === 0),
    events.filter((event) => event.side === 1),
  );
}

function always(text: string, changes: Parameters<typeof rulesOf>[0], expected: string[]): void {
  for (const order of interleavings(eventsOf(text))) expect(run(rulesOf(changes), order)).toEqual(expected);
}

const many = { mode: 'one_to_many', afterNs: 500e6 } as const;

describe('the hard cases', () => {
  it('1: the edges of a window that allows only later network events', () => {
    const text = 'A(0)@0 A(1)@1 B(0)@100 B(1)@102 B(2)@103 A(2)@103';
    always(text, { beforeNs: 0 }, ['A1-B1#0', 'A2:no_partner', 'B2:outside_window 101', 'A3-B3#0']);
  });

  it('2: a window that has ended is not closed before the lateness is over', () => {
    const log = new OutcomeLog();
    const engine = new Correlation(rulesOf({ latenessNs: 10e6 }), log);
    for (const event of eventsOf('A(0)@0 B(1)@0 A(1)@101 B(0)@101')) {
      addTo(engine, event);
      engine.advance(0);
    }
    expect(log.take()).toEqual([]);
    for (const event of eventsOf('A(9)@112 B(8)@112')) {
      addTo(engine, { ...event, offset: event.offset + 10 });
      engine.advance(0);
    }
    expect(log.take().map((line) => line.split(':')[0])).toEqual(['A1', 'B1']);
  });

  it('3: what is out of order within the lateness joins', () => {
    for (const order of interleavings(eventsOf('A(9)@120 A(1)@10 B(9)@120 B(1)@15'))) {
      const lines = run(rulesOf({ latenessNs: 150e6 }), order);
      expect(lines).toEqual(['A2-B2#0', 'A1-B1#0']);
    }
  });

  it('4: an orphan leaves before a match that is decided later', () => {
    always('A(0)@0 A(1)@100 B(1)@110', {}, ['A1:no_partner', 'A2-B1#0']);
  });

  it('5: duplicates pair in their order, and alone are orphans each', () => {
    always('A@0 A@0', {}, ['A1:no_partner', 'A2:no_partner']);
    always('A@200 A@200 B@201 B@201', {}, ['A1-B1#0', 'A2-B2#0']);
  });

  it('5: the same offset delivered twice has one outcome', () => {
    const log = new OutcomeLog();
    const engine = new Correlation(rulesOf(), log);
    for (const event of eventsOf('A@0 B@1')) {
      addTo(engine, event);
      addTo(engine, event);
    }
    engine.end();
    expect(log.lines).toEqual(['A1-B1#0']);
    expect(engine.counts[0].read).toBe(1);
  });

  it('6: silence closes windows, and a silent partner is the reason', () => {
    const log = new OutcomeLog();
    const engine = new Correlation(rulesOf(), log);
    addTo(engine, { side: 0, key: 1, ms: 0, offset: 1, arrivalMs: 0 });
    engine.advance(0);
    engine.setIdle(0, true);
    engine.setIdle(1, true);
    engine.advance(100);
    expect(log.take()).toEqual([]);
    engine.advance(101);
    expect(log.take()).toEqual(['A1:source_silent']);
  });

  it('6: while one side is silent the other leaves and what is held does not grow', () => {
    const log = new OutcomeLog();
    const engine = new Correlation(rulesOf({ reasonMemoryNs: 1e9 }), log);
    engine.setIdle(1, true);
    let most = 0;
    let mostKeys = 0;
    for (let i = 1; i <= 50_000; i++) {
      addTo(engine, { side: 0, key: i % 60_000, ms: i, offset: i, arrivalMs: i });
      engine.advance(0);
      most = Math.max(most, engine.heldEvents);
      mostKeys = Math.max(mostKeys, engine.keyCount);
    }
    expect(most).toBeLessThan(110);
    expect(mostKeys).toBeLessThan(220);
    expect(new Set(log.lines.map((line) => line.split(':')[1]))).toEqual(new Set(['source_silent']));
  });

  it('7: a long keep-alive ends only after its ttl', () => {
    always('B@0 A@1000 A@11000 A@65000 A@180000 A@301000', many, [
      'A1-B1#0',
      'A2-B1#1',
      'A3-B1#2',
      'A4-B1#3',
      'A5:ttl_expired',
    ]);
    const requests = Array.from({ length: 10_000 }, (_, i) => `A@${(i + 1) * 60_000}`);
    const lines = run(rulesOf(many), eventsOf(['B@0', ...requests].join(' ')));
    expect(lines.length).toBe(10_000);
    expect(lines.at(-1)).toBe('A10000-B1#9999');
  });

  it('8: requests that come before their handshake are numbered by their own time', () => {
    always('A@0 A@100 A@200 B@50', many, ['A1-B1#0', 'A2-B1#1', 'A3-B1#2']);
  });

  it('9: a reused port never hands an old fingerprint on', () => {
    always('B@0 A@1000 B@30000 A@31000', many, ['A1-B1#0', 'A2-B2#0']);
    always('B@0 A@1000 A@29995 B@30000', many, ['A1-B1#0', 'A2-B2#0']);
    always('B@0 A@1000 A@29980 B@30000', { ...many, afterNs: 0 }, ['A1-B1#0', 'A2-B1#1', 'B2:no_partner']);
  });

  it('9: a request logged late joins the connection that lived at its time', () => {
    const log = new OutcomeLog();
    const engine = new Correlation(rulesOf(many), log);
    for (const event of eventsOf('B@0 A@1000 B@30000 A@31000 B(9)@40000 A(9)@40000 A@2000')) {
      addTo(engine, event);
      engine.advance(0);
    }
    engine.end();
    expect(log.lines.filter((line) => line.startsWith('A4'))).toEqual(['A4-B1#1']);
  });

  it('10: one client port and two services: a key of two fields matches, a key with the service does not', () => {
    const a = Buffer.from(
      '{"src_ip":"192.0.2.1","src_port":8080,"dst_ip":"10.0.0.1","dst_port":80,"timestamp":1704110400}',
    );
    const b = Buffer.from(
      '{"src_ip":"192.0.2.1","src_port":8080,"dst_ip":"10.0.0.1","dst_port":443,"timestamp":1704110400}',
    );
    const join = (keyFields: readonly KeyField[]): string[] => {
      const log = new OutcomeLog({ reasons: false });
      const { sources } = rulesOf();
      const engine = new Correlation(
        rulesOf({ sources: { A: { ...sources.A, keyFields }, B: { ...sources.B, keyFields } } }),
        log,
      );
      engine.add(0, 1, null, a, 0, a.length);
      engine.add(1, 1, null, b, 0, b.length);
      engine.end();
      return log.lines;
    };
    expect(join(['src_ip', 'src_port'])).toEqual(['A1-B1#0']);
    expect(join(['src_ip', 'src_port', 'dst_ip', 'dst_port'])).toEqual(['A1', 'B1']);
  });

  it('11: an event at the watermark is not late, one below it is', () => {
    const log = new OutcomeLog();
    const engine = new Correlation(rulesOf({ beforeNs: 1e6, afterNs: 1e6 }), log);
    for (const event of eventsOf('A@1 B@1 A@2 B@2 A@3 B@3')) {
      addTo(engine, event);
      engine.advance(0);
    }
    expect(engine.watermark.ms - 1_704_110_400_000).toBe(3);
    addTo(engine, { side: 0, key: 0, ms: 3, offset: 4, arrivalMs: null });
    expect(engine.counts[0].late).toBe(0);
    addTo(engine, { side: 0, key: 0, ms: 1, offset: 5, arrivalMs: null });
    expect(engine.counts[0].late).toBe(1);
  });

  it('11: a delayed event waits for its other half, one that was logged late does not', () => {
    const rules = rulesOf({ beforeNs: 1e9, afterNs: 1e9 });
    const start = 'A(7)@100000~100000 B(8)@100000~100000';
    const after = (text: string): string[] => {
      const log = new OutcomeLog();
      const engine = new Correlation(rules, log);
      for (const event of eventsOf(`${start} ${text}`)) {
        addTo(engine, event);
        engine.advance(0);
      }
      return log.lines.filter((line) => !/^(A1|B1)/.test(line));
    };
    expect(after('A@98500~98600')).toEqual([]);
    expect(after('A@98500~98600 B@98600~98650 A(7)@170000~170000 B(8)@170000~170000')).toEqual(['A2-B2#0']);
    expect(after('A@98500~98600 A(7)@159000~159000 B(8)@159000~159000')).toEqual([]);
    expect(after('A@98500~98600 A(7)@170000~170000 B(8)@170000~170000')).toEqual(['A2:late']);
    expect(after('A@98500~100200 A(7)@100300~100300 B(8)@100300~100300')).toEqual(['A2:late']);
  });

  it('11: an event in time is not lost to a late rival', () => {
    const log = new OutcomeLog({ reasons: false });
    const engine = new Correlation(rulesOf({ beforeNs: 5e6, afterNs: 5e6 }), log);
    for (const event of eventsOf('A@5 A(9)@10 B(8)@10 A@1 B@10')) {
      addTo(engine, event);
      engine.advance(0);
    }
    engine.end();
    expect(log.lines).toContain('A1-B2#0');
  });

  it('13: asymmetric windows end each at their own bound', () => {
    const text = 'A(1)@29 A(2)@30 B(3)@31 B(4)@36 B(5)@37 A(6)@50 B(6)@50';
    always(text, { beforeNs: 20e6, afterNs: 5e6 }, [
      'A1:no_partner',
      'A2:no_partner',
      'A3-B4#0',
      'B1:no_partner',
      'B2:no_partner',
      'B3:no_partner',
    ]);
  });

  it('14: a full store evicts its oldest and harms nobody else', () => {
    const log = new OutcomeLog();
    const engine = new Correlation(rulesOf({ maxHeldEvents: 3, overflow: 'evict_oldest' }), log);
    for (const event of eventsOf('B(1)@1 B(2)@2 B(3)@3 B(4)@4')) addTo(engine, event);
    expect(log.take()).toEqual(['B1:evicted']);
    engine.end();
    expect(log.take()).toEqual(['B2:no_partner', 'B3:no_partner', 'B4:no_partner']);
    expect([engine.heldEvents, engine.keyCount]).toEqual([0, 0]);
  });

  it('15: a matched pair leaves no orphan behind, whichever state goes first', () => {
    always('A@0 B@0', { beforeNs: 5e6, afterNs: 500e6 }, ['A1-B1#0']);
    always('A@0 B@0', { ...many, networkTtlNs: 1e6 }, ['A1-B1#0']);
  });

  it('16: a chain of slowly shrinking gaps delays nobody beyond their own window', () => {
    const text = 'A@0 B@999 A@1997 B@2994 A@3990 B@4985';
    const window = { beforeNs: 1e9, afterNs: 1e9 };
    for (const order of interleavings(eventsOf(text))) {
      expect(run(rulesOf(window), order, new OutcomeLog({ reasons: false, ordinals: false }))).toEqual(
        bruteForceJoin(rulesOf(window), eventsOf(text)),
      );
    }
  });

  it('16: rivals', () => {
    const window = { beforeNs: 1e9, afterNs: 1e9 };
    always('B@0 A@5 A@500', window, ['A1-B1#0', 'A2:partner_taken']);
    always('A@0 B@900 A@950', window, ['A1:partner_taken', 'A2-B1#0']);
  });

  it('traps: the pair of the seed joins when both sources go by arrival, and not otherwise', () => {
    const a = Buffer.from(
      '{"src_ip":"192.168.1.1","src_port":8080,"dst_ip":"10.0.0.1","dst_port":80,"timestamp":1704110400000000000,"method":"GET"}',
    );
    const b = Buffer.from(
      '{"src_ip":"192.168.1.1","src_port":8080,"dst_ip":"10.0.0.1","dst_port":443,"ja3":"abc123def456"}',
    );
    const join = (time: TimePolicy): string[] => {
      const log = new OutcomeLog({ reasons: false });
      const { sources } = rulesOf();
      const engine = new Correlation(
        rulesOf({ sources: { A: { ...sources.A, time }, B: { ...sources.B, time } } }),
        log,
      );
      const nowMs = Date.parse('2026-11-24T12:00:00Z');
      engine.add(0, 1, nowMs, a, 0, a.length);
      engine.add(1, 1, nowMs + 20, b, 0, b.length);
      engine.end();
      return log.lines;
    };
    expect(join('arrival')).toEqual(['A1-B1#0']);
    expect(join('event_or_arrival')).toEqual(['A1', 'B1']);
  });

  it('traps: null is no key and no time', () => {
    const engine = new Correlation(rulesOf(), new OutcomeLog());
    const noKey = Buffer.from('{"src_ip":null,"src_port":443,"timestamp":1704110400}');
    const noTime = Buffer.from('{"src_ip":"192.0.2.1","src_port":443,"timestamp":null}');
    expect(engine.add(0, 1, null, noKey, 0, noKey.length)?.reason).toBe('missing_key');
    expect(engine.add(0, 2, null, noTime, 0, noTime.length)?.reason).toBe('bad_timestamp');
  });

  it('traps: an IPv4-mapped address and a port as text are the same key', () => {
    const log = new OutcomeLog();
    const engine = new Correlation(rulesOf(), log);
    const a = Buffer.from('{"src_ip":"::ffff:1.2.3.4","src_port":"443","timestamp":1704110400000000001}');
    const b = Buffer.from('{"src_ip":"1.2.3.4","src_port":443,"timestamp":1704110400000000000}');
    engine.add(0, 1, null, a, 0, a.length);
    engine.add(1, 1, null, b, 0, b.length);
    engine.end();
    expect(log.lines).toEqual(['A1-B1#0']);
  });
});
