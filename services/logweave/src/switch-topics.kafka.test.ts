import { systemClock } from '@logweave/service-kit';
import { describe, expect, inject, it } from 'vitest';
import { Ensemble } from './testing/ensemble.ts';
import { LogweaveRun, logweave } from './testing/run-logweave.ts';

const kafka = inject('kafka');
const RATE = 300;
const SECONDS = 12;
const TTL_S = 5;
const CORRELATION = {
  matching: { mode: 'one_to_many' },
  ttl: { network_ttl_s: TTL_S },
  orphan_policy: { network_emit: true },
};

interface Side {
  readonly read: number;
  readonly pending: number;
}
interface Report {
  readonly holds: boolean;
  readonly results: number;
  readonly sides: { readonly A: Side; readonly B: Side };
}

async function audit(config: string): Promise<Report> {
  const { stdout } = await logweave(['audit', '--json', '--warehouse', '-c', config]);
  return JSON.parse(stdout) as Report;
}

describe.skipIf('unavailable' in kafka)('another number of partitions', () => {
  it('comes by new topics beside the old ones, which are drained, as docs/operations.md says', async (context) => {
    const brokers = 'unavailable' in kafka ? [] : kafka.bootstrapServers;
    const ensemble = await Ensemble.start(context, { brokers, sections: { correlation: CORRELATION } });
    const before = { topics: { prefix: 'before', partitions: 4 } };
    const after = { topics: { prefix: 'after', partitions: 6 } };
    const [oldConfig, newConfig] = [ensemble.config(before), ensemble.config(after)];
    for (const config of [oldConfig, newConfig]) {
      expect(await logweave(['topics', '--create', '-c', config])).toMatchObject({ code: 0 });
    }
    expect(await logweave(['migrate', '-c', oldConfig])).toMatchObject({ code: 0 });
    const ingestor = await ensemble.run('socket-ingestor', before);
    for (const topics of [before, after]) {
      await ensemble.run('correlator', topics);
      await ensemble.run('clickhouse-writer', topics);
    }

    const sockets = ['--http-socket', ensemble.at('http.socket'), '--network-socket', ensemble.at('network.socket')];
    const load = new LogweaveRun([
      'generate',
      ...sockets,
      '--reconnect',
      '--json',
      '--rate',
      String(RATE),
      '--duration',
      `${SECONDS}s`,
    ]);
    context.onTestFinished(() => load.kill('SIGKILL'));
    await systemClock.sleep((SECONDS / 2) * 1000);
    await ensemble.stop(ingestor);
    await ensemble.run('socket-ingestor', after);
    const { stdout } = await load.finished;
    const sent = JSON.parse(stdout) as { http_lines: number; network_lines: number; lines_broken_off: number };

    // Both sides of the old topics are silent, and what waited there is decided.
    const decided = { holds: true, sides: { A: { pending: 0 }, B: { pending: 0 } } };
    for (const config of [oldConfig, newConfig]) {
      await expect.poll(() => audit(config), { timeout: 30_000, interval: 1_000 }).toMatchObject(decided);
    }
    const reports = [await audit(oldConfig), await audit(newConfig)];
    const total = (of: (report: Report) => number): number => reports.reduce((sum, report) => sum + of(report), 0);
    const read = total(({ sides }) => sides.A.read + sides.B.read);
    const written = sent.http_lines + sent.network_lines;
    expect(read).toBeGreaterThanOrEqual(written);
    expect(read).toBeLessThanOrEqual(written + sent.lines_broken_off);
    for (const { sides } of reports) expect(sides.A.read).toBeGreaterThan(RATE);
  });
});
