import { describe, expect, it } from 'vitest';
import { balanced } from './audit-report.ts';
import { AuditWorld, offenders, resultOf, type WorldOptions } from './testing/audit-world.ts';

/** A pair, an orphan of each side, and rivals. */
const LINES = ['A 1 @0', 'B 1 @3', 'A 2 @10', 'B 3 @20', 'A 4 @30', 'B 4 @35', 'B 4 @60', 'A 5 @5000', 'B 5 @5000'];

async function auditStopped(lines: readonly string[], options: WorldOptions = {}) {
  return (await new AuditWorld(options).send(...lines).stop()).audit();
}

describe('an audit', () => {
  it('finds for every event its one outcome', async () => {
    const report = await auditStopped([...LINES, 'A garbage @5001'], {
      rules: { excludeSourceIps: ['198.51.100.0/24'] },
    });
    expect(balanced(report)).toBe(true);
    expect(report.sides.A).toMatchObject({ read: 5, matched: 3, orphan: 1, deadLetter: 1, lost: 0, pending: 0 });
    expect(report.sides.B).toMatchObject({ read: 5, matched: 3, suppressed: 2, lost: 0 });
    expect(report).toMatchObject({ results: 4, proven: 9, unread: { A: 0, B: 0 } });
  });

  it('finds orphans of the network where policy emits them', async () => {
    const report = await auditStopped(LINES, { rules: { emitOrphans: { A: true, B: true } } });
    expect(balanced(report)).toBe(true);
    expect(report.sides.B).toMatchObject({ read: 5, matched: 3, orphan: 2, suppressed: 0 });
  });

  it('counts what the filters leave out', async () => {
    const report = await auditStopped(LINES, { rules: { includeDestPorts: [80] } });
    expect(balanced(report)).toBe(true);
    expect(report.sides).toMatchObject({ A: { read: 4, filtered: 4 }, B: { read: 5, filtered: 5 } });
  });

  it('takes what is held, and what is not read, for pending', async () => {
    const world = await new AuditWorld().send('A 1 @0', 'B 1 @3', 'A 6 @5000', 'B 7 @5000', 'A 8 @5001').commit();
    world.append('A 9 @5002');
    const report = await world.audit();
    expect(balanced(report)).toBe(true);
    expect(report.sides.A).toMatchObject({ read: 3, matched: 1, pending: 2 });
    expect(report).toMatchObject({ sides: { B: { read: 2, matched: 1, pending: 1 } }, unread: { A: 1, B: 0 } });
  });

  it('takes everything for unread where no correlator has been', async () => {
    const world = new AuditWorld();
    world.append('A 1 @0');
    expect(await world.audit()).toMatchObject({ unread: { A: 1, B: 0 }, sides: { A: { read: 0 } } });
  });

  it('finds a connection whose last request is long ago still pending, since it was checkpointed', async () => {
    const rules = { mode: 'one_to_many', networkTtlNs: 120e9, replaySpanNs: 1e9 } as const;
    const world = new AuditWorld({ rules }).send('B 1 @0', 'A 2 @1', 'B 2 @1');
    for (let atMs = 5000; atMs < 60_000; atMs += 5000) {
      await world.send(`A 3 @${atMs}`, `B 3 @${atMs}`).commit();
    }
    const report = await world.audit();
    expect(offenders(report)).toEqual([]);
    expect(report.sides.B.pending).toBeGreaterThanOrEqual(1);
  });
});

describe('an audit of a log that somebody has had his hands in', () => {
  const without = (index: number): WorldOptions => ({ results: (results) => results.toSpliced(index, 1) });

  it('finds both halves of a pair whose result is gone', async () => {
    const report = await auditStopped(LINES, without(0));
    expect(offenders(report)).toEqual(['lost http/0', 'lost network/0']);
    expect(report.offenders[0]).toMatchObject({ key: '192.0.2.1:1', partition: 0 });
    expect(report.offenders[0]?.why).toContain('belongs to t.network offset 0');
    expect(balanced(report)).toBe(false);
  });

  it('finds an orphan whose result is gone', async () => {
    expect(offenders(await auditStopped(LINES, without(2)))).toEqual(['lost http/1']);
  });

  it('finds a refused event without its dead letter', async () => {
    const lines = [...LINES, 'B garbage @5001'];
    expect(offenders(await auditStopped(lines, { deadLetters: () => [] }))).toEqual(['lost network/5']);
  });

  it('finds an event that is lost behind what is committed, and not pending', async () => {
    const world = new AuditWorld({ results: () => [] });
    await world.send('A 1 @0', 'B 2 @0', 'A 3 @5000', 'B 3 @5000').commit();
    expect(offenders(await world.audit())).toEqual(['lost http/0']);
  });

  it('finds a result that stands twice', async () => {
    const twice = (index: number): WorldOptions => ({
      results: (results) => [...results, results[index] as (typeof results)[number]],
    });
    expect(offenders(await auditStopped(LINES, twice(0)))).toEqual(['doubled http/0', 'doubled network/0']);
    expect(offenders(await auditStopped(LINES, twice(2)))).toEqual(['doubled http/1']);
  });

  it('finds an event that is in a result and in a dead letter', async () => {
    const report = await auditStopped(['A garbage @0', 'B 1 @1'], { results: () => [resultOf(0, null)] });
    expect(offenders(report)).toEqual(['doubled http/0']);
  });

  it('finds partners that were exchanged within a key', async () => {
    const lines = ['A 1 @0', 'B 1 @1', 'A 1 @50', 'B 1 @52'];
    const report = await auditStopped(lines, { results: () => [resultOf(0, 1), resultOf(1, 0)] });
    expect(offenders(report)).toEqual(['wrong_pair http/0', 'wrong_pair http/1']);
    expect(report.offenders[0]?.why).toBe(
      'the result joins it with t.network offset 1; by the rules it belongs to t.network offset 0',
    );
  });

  it('finds a pair of two keys', async () => {
    const report = await auditStopped(['A 1 @0', 'B 2 @1'], { results: () => [resultOf(0, 0)] });
    expect(offenders(report)).toContain('wrong_pair http/0');
  });

  it('finds an orphan whose partner was there', async () => {
    const report = await auditStopped(['A 1 @0', 'B 1 @1'], { results: () => [resultOf(0, null)] });
    expect(offenders(report)).toEqual(['wrong_pair http/0', 'lost network/0']);
  });

  it('finds a network event that served a request and was an orphan, in one_to_many', async () => {
    const report = await auditStopped(['B 1 @0', 'A 1 @5', 'A 1 @6'], {
      rules: { mode: 'one_to_many', emitOrphans: { A: true, B: true } },
      results: (results) => [...results, resultOf(null, 0)],
    });
    expect(report.sides.A.matched).toBe(2);
    expect(offenders(report)).toEqual(['doubled network/0']);
  });

  it('finds results that no event accounts for', async () => {
    const report = await auditStopped(['A 1 @0', 'B 1 @1'], {
      results: (results) => [...results, resultOf(7, null), resultOf(null, null)],
    });
    expect(offenders(report)).toEqual(['unexpected correlated/1', 'unexpected correlated/2']);
  });

  it('finds a result of an event that the filters leave out', async () => {
    const report = await auditStopped(['A 1 @0'], {
      rules: { includeDestPorts: [80] },
      results: () => [resultOf(0, null)],
    });
    expect(offenders(report)).toEqual(['unexpected http/0']);
  });
});

describe('what an audit cannot know', () => {
  it('does not hold the order of arrival against late events, and says how many they were', async () => {
    const world = new AuditWorld().send('A 1 @0', 'B 9 @0', 'A 2 @9000', 'B 2 @9000');
    const report = await (await world.send('B 1 @3 +70000', 'A 3 @80000', 'B 3 @80000').stop()).audit();
    expect(offenders(report)).toEqual([]);
    expect(report.unproven.late).toBe(2);
    expect(report.proven).toBe(5);
  });

  it('takes what a spool had for a while, and what waits for its other half since, for no loss', async () => {
    const world = new AuditWorld().send('A 1 @0', 'B 1 @3', 'A 3 @30000', 'B 3 @30000');
    // They say that they came in time, and come into the log when the watermark is past them.
    world.send('A 2 @20000');
    const waiting = await (await world.commit()).audit();
    expect(offenders(waiting)).toEqual([]);
    expect(waiting.sides.A).toMatchObject({ read: 3, pending: 2, lost: 0 });
    const decided = await (await world.send('B 2 @20004', 'A 4 @200000', 'B 4 @200000').commit()).audit();
    expect(balanced(decided)).toBe(true);
    expect(decided.sides.A).toMatchObject({ read: 4, matched: 3, pending: 1 });
  });

  it('knows that a graceful stop decided what was waiting', async () => {
    const stopBetween = async (onStop: 'emit' | 'keep') => {
      const world = await new AuditWorld({ onStop, rules: { beforeNs: 1e9, afterNs: 1e9 } }).send('A 1 @0').stop();
      return (await world.send('B 1 @300').stop()).audit();
    };
    expect(await stopBetween('emit')).toMatchObject({ unproven: { stop: 2 }, offenders: [] });
    expect(offenders(await stopBetween('keep'))).toEqual(['wrong_pair http/0', 'lost network/0']);
  });

  it('takes no part of a busy moment for a stop', async () => {
    const lines = ['A 1 @0', 'B 8 @10', 'B 1 @20', 'A 8 @21'];
    const report = await auditStopped(lines, { onStop: 'emit', results: () => [resultOf(0, null), resultOf(1, 0)] });
    expect(offenders(report)).toEqual(['wrong_pair http/0', 'lost network/1']);
  });

  it('begins where it is told, and looks at nothing before', async () => {
    const world = await new AuditWorld({ results: (results) => results.slice(1) }).send(...LINES).stop();
    const report = await world.audit({ http: new Map([[0, 1]]), network: new Map([[0, 1]]) });
    expect(offenders(report)).toEqual([]);
    expect(report).toMatchObject({ sides: { A: { read: 3 }, B: { read: 4 } } });
    const since = await world.audit({ sinceMs: world.baseMs + 5000 });
    expect(since).toMatchObject({ sides: { A: { read: 1 }, B: { read: 1 } }, offenders: [] });
  });

  it('finds nothing wrong with a pair of which one half lies before the range', async () => {
    const world = await new AuditWorld().send(...LINES).stop();
    const report = await world.audit({ network: new Map([[0, 1]]) });
    expect(offenders(report)).toEqual([]);
    expect(report.unproven.beforeRange).toBeGreaterThan(0);
  });

  it('does not miss results that retention has removed', async () => {
    const world = await new AuditWorld().send(...LINES).stop();
    world.cluster.partition(world.cluster.partitionId('t.correlated', 0)).low = 2;
    const report = await world.audit();
    expect(offenders(report)).toEqual([]);
    expect(report.sides.A.expired).toBe(2);
  });
});
