import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@logweave/service-kit';
import { describe, expect, it, type TestContext } from 'vitest';
import { differences, outcomeOfRecord } from './replay/outcome.ts';
import { playEvents } from './replay/pace.ts';
import { readSample, type Sample, type TruthName } from './replay/sample.ts';
import { openSocketSink } from './replay/socket-sink.ts';
import { LogweaveRun, logweave } from './testing/run-logweave.ts';

const ROOT = join(import.meta.dirname, '../../..');
/** Minutes of traffic each; those beside the repository are there in CI only. */
const SAMPLES = ['examples/web-minute', '../shared/samples', '../shared/samples/web'];
/** `time_window` and `ttl` of the configuration below, as truth.json calls them. */
const TRUTHS: readonly TruthName[] = [
  { mode: 'one_to_one', rules: 'window_10s' },
  { mode: 'one_to_many', rules: 'window_10s_ttl_120s_sliding' },
];
const REPLAY_MS = 6_000;
/** From the reading of a sample until the first of its events is sent. */
const HEAD_START_MS = 200;
/** How long one socket may be behind the other on the wall before an event is late. */
const LATENESS_WALL_MS = 1_000;
const NONE = { missing: [], surplus: [] };

type At = (name: string) => string;

/** A directory that goes when the test ends. */
function testDirectory({ onTestFinished }: TestContext): At {
  const directory = mkdtempSync(join(tmpdir(), 'logweave-samples-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return (name) => join(directory, name);
}

/** The sample as it would have happened if its last event were sent at the end of a replay that begins now. */
function readSampleAsOfNow(folder: string, truth: TruthName): Promise<Sample> {
  const endsNs = BigInt(Math.round(systemClock.wallMs() + HEAD_START_MS + REPLAY_MS)) * 1_000_000n;
  return readSample(folder, truth, (lastNs) => endsNs - lastNs);
}

async function spanMsOf(folder: string, truth: TruthName): Promise<number> {
  const { events } = await readSample(folder, truth, () => 0n);
  return Number((events.at(-1)?.timeNs ?? 0n) - (events[0]?.timeNs ?? 0n)) / 1_000_000;
}

function writeConfig(at: At, { mode }: TruthName, spanMs: number): string {
  const config = {
    data_dir: at('data'),
    inputs: {
      unix_sockets: [
        { name: 'http_source', path: at('http.socket'), type: 'stream' },
        { name: 'network_source', path: at('network.socket'), type: 'stream' },
      ],
    },
    correlation: {
      time_window: { value: 10, unit: 's' },
      matching: { mode },
      ttl: { network_ttl_s: 120 },
      // Event time runs faster than the clock by as much as the sample is longer than its replay.
      lateness_ms: Math.ceil((spanMs / REPLAY_MS) * LATENESS_WALL_MS),
      // Longer than the replay: a file is never silent, so no input is taken for silent here.
      idle_after_ms: 60_000,
      orphan_policy: { network_emit: true },
      on_stop: 'emit',
    },
    outputs: { file: { path: at('up.log') } },
    admin: { port: 0 },
    log: { format: 'json' },
  };
  writeFileSync(at('config.yml'), JSON.stringify(config));
  return at('config.yml');
}

async function startUp(config: string, { onTestFinished }: TestContext): Promise<LogweaveRun> {
  const run = new LogweaveRun(['up', '-c', config]);
  onTestFinished(() => run.kill('SIGKILL'));
  await run.until(() => run.logged('started') !== undefined);
  return run;
}

/** Sends the sample through the sockets of a running Logweave and ends it. @returns what stands in its file then. */
async function joinWithUp(at: At, run: LogweaveRun, { events }: Sample): Promise<readonly string[]> {
  const http = await openSocketSink(at('http.socket'));
  const network = await openSocketSink(at('network.socket'));
  await playEvents(events, { A: http.write, B: network.write }, { durationMs: REPLAY_MS }, systemClock);
  await Promise.all([http.end(), network.end()]);
  run.kill('SIGTERM');
  expect((await run.finished).code).toBe(0);
  return linesOf(at('up.log'));
}

/** The offline command over the same lines, with the rules of the same configuration. */
async function joinOffline(at: At, config: string, { events }: Sample): Promise<readonly string[]> {
  for (const [side, name] of [
    ['A', 'http.ndjson'],
    ['B', 'network.ndjson'],
  ] as const) {
    const lines = events.filter((event) => event.side === side).map(({ line }) => `${line}\n`);
    writeFileSync(at(name), lines.join(''));
  }
  const files = ['--http', at('http.ndjson'), '--network', at('network.ndjson'), '--out', at('offline.log')];
  expect(await logweave(['correlate', ...files, '--config', config])).toEqual({ code: 0, stdout: '', stderr: '' });
  return linesOf(at('offline.log'));
}

/** Sorted: partitions share the file of a running Logweave as they come. */
function linesOf(path: string): readonly string[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  expect(lines.pop()).toBe('');
  return lines.sort();
}

describe.each(SAMPLES)('%s, sent through the sockets of a running Logweave', (name) => {
  it.concurrent.for(TRUTHS)(
    'comes out in $mode byte for byte as from the offline command, and as its truth has it',
    async (truth, context) => {
      const folder = join(ROOT, name);
      context.skip(!existsSync(folder), `${name} is not here`);
      const at = testDirectory(context);
      const config = writeConfig(at, truth, await spanMsOf(folder, truth));
      const run = await startUp(config, context);
      const sample = await readSampleAsOfNow(folder, truth);
      const up = await joinWithUp(at, run, sample);
      expect(differences(up, await joinOffline(at, config, sample))).toEqual(NONE);
      expect(differences(up.map(outcomeOfRecord).sort(), sample.outcomes)).toEqual(NONE);
    },
  );
});
