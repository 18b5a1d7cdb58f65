import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@logweave/service-kit';
import { describe, expect, inject, it } from 'vitest';
import { differences, outcomeOfRecord } from './replay/outcome.ts';
import { playEvents } from './replay/pace.ts';
import { readSample, type Sample, type TruthName } from './replay/sample.ts';
import { openSocketSink } from './replay/socket-sink.ts';
import { Ensemble } from './testing/ensemble.ts';
import { logweave } from './testing/run-logweave.ts';

const kafka = inject('kafka');
const SAMPLE = join(import.meta.dirname, '../../../examples/web-minute');
const TRUTH: TruthName = { mode: 'one_to_many', rules: 'window_10s_ttl_120s_sliding' };
const REPLAY_MS = 8_000;
const PARTITIONS = 4;

const SECTIONS = {
  topics: { prefix: 'ensemble', partitions: PARTITIONS },
  correlation: {
    time_window: { value: 10, unit: 's' },
    matching: { mode: TRUTH.mode },
    ttl: { network_ttl_s: 120 },
    // Event time runs faster than the clock; nothing is silent, and a correlator that is killed is missed for a session.
    lateness_ms: 120_000,
    idle_after_ms: 60_000,
    orphan_policy: { network_emit: true },
  },
};
const END = { correlation: { on_stop: 'emit' } };

async function send({ at }: Ensemble, { events }: Sample): Promise<void> {
  const http = await openSocketSink(at('http.socket'));
  const network = await openSocketSink(at('network.socket'));
  await playEvents(events, { A: http.write, B: network.write }, { durationMs: REPLAY_MS }, systemClock);
  await Promise.all([http.end(), network.end()]);
}

describe.skipIf('unavailable' in kafka)('services as processes of their own on Kafka', () => {
  it('fault 8: give a sample its truth, in a file and in ClickHouse, though one correlator is killed', async (context) => {
    const brokers = 'unavailable' in kafka ? [] : kafka.bootstrapServers;
    const ensemble = await Ensemble.start(context, { brokers, sections: SECTIONS });
    const created = await logweave(['topics', '--create', '-c', ensemble.config()]);
    expect(created).toMatchObject({ code: 0 });
    const ingestor = await ensemble.run('socket-ingestor');
    const [first, second] = await Promise.all([ensemble.run('correlator'), ensemble.run('correlator')]);
    const writers = await Promise.all([ensemble.run('file-writer'), ensemble.run('clickhouse-writer')]);
    const endsNs = BigInt(Math.round(systemClock.wallMs() + 200 + REPLAY_MS)) * 1_000_000n;
    const sample = await readSample(SAMPLE, TRUTH, (lastNs) => endsNs - lastNs);
    const sending = send(ensemble, sample);
    await systemClock.sleep(REPLAY_MS / 2);
    first.kill('SIGKILL');
    await sending;
    await ensemble.stop(ingestor);
    await ensemble.stop(second);
    // Whoever comes last has all that is there and decides it.
    const last = await ensemble.run('correlator', END);
    const restored = () => last.stderr.split('\n').filter((line) => line.includes('"task restored"')).length;
    await last.until(() => restored() >= PARTITIONS);
    await ensemble.stop(last);
    const lines = () => readFileSync(ensemble.at('out.log'), 'utf8').split('\n').slice(0, -1);
    await expect.poll(() => lines().length, { timeout: 20_000 }).toBeGreaterThanOrEqual(sample.outcomes.length);
    for (const writer of writers) await ensemble.stop(writer);
    expect(differences(lines().map(outcomeOfRecord).sort(), sample.outcomes)).toEqual({ missing: [], surplus: [] });
    const audit = await logweave(['audit', '--json', '--warehouse', '-c', ensemble.config(END)]);
    expect(JSON.parse(audit.stdout)).toMatchObject({ holds: true, results: sample.outcomes.length });
    expect(audit.code).toBe(0);
  });
});
