import { systemClock } from '@logweave/service-kit';
import { Command, InvalidArgumentError } from 'commander';
import { CommandError } from '../command-error.ts';
import { playEvents } from './pace.ts';
import { readEvents, type SampleEvent } from './sample.ts';
import { openSocketSink, type SocketSink } from './socket-sink.ts';

interface ReplayOptions {
  readonly http: string;
  readonly network: string;
  readonly httpSocket: string;
  readonly networkSocket: string;
  readonly speed: number;
  readonly now?: true;
  readonly json?: true;
}

const EXAMPLE = `
Examples:
  logweave replay --http examples/web-minute/http.ndjson --network examples/web-minute/network.ndjson \\
    --http-socket /run/logweave/http.socket --network-socket /run/logweave/network.socket --now`;

/** `logweave replay`: recorded events into the sockets of a running ensemble. */
export function replayCommand(): Command {
  return new Command('replay')
    .description(
      'Sends two files of events into sockets in the order of their times, as far apart as they happened. Each line has a ' +
        '"timestamp" in nanoseconds.',
    )
    .requiredOption('--http <file>', 'HTTP events (source A), a JSON object a line')
    .requiredOption('--network <file>', 'network events (source B), a JSON object a line')
    .requiredOption('--http-socket <path>', 'the unix stream socket for the first')
    .requiredOption('--network-socket <path>', 'the unix stream socket for the second')
    .option(
      '--speed <n>',
      'n times as fast; whoever joins them waits lateness_ms of the time in the lines, whatever the speed',
      speed,
      1,
    )
    .option('--now', 'move all times alike, so that the first event happens now')
    .option('--json', 'print the summary as JSON')
    .addHelpText('after', EXAMPLE)
    .action(async (options: ReplayOptions) => replay(options));
}

async function replay(options: ReplayOptions): Promise<void> {
  const nowNs = BigInt(systemClock.wallMs()) * 1_000_000n;
  const shiftNs = (firstNs: bigint): bigint => (options.now === true ? nowNs - firstNs : 0n);
  const events = await readEvents(options, shiftNs).catch((error: unknown) => {
    throw new CommandError(error instanceof Error ? error.message : String(error), 2);
  });
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const opened: SocketSink[] = [];
  let sent = 0;
  try {
    const http = await open(options.httpSocket);
    opened.push(http);
    const network = await open(options.networkSocket);
    opened.push(network);
    const pace = { durationMs: spanMs(events) / options.speed, onProgress: (count: number) => (sent = count) };
    await playEvents(events, { A: http.write, B: network.write }, pace, systemClock, stopping.signal);
    await Promise.all([http.end(), network.end()]);
  } finally {
    // One that is left open after an error would keep the process.
    for (const sink of opened) sink.destroy();
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
  const http_lines = events.slice(0, sent).filter(({ side }) => side === 'A').length;
  const summary = { http_lines, network_lines: sent - http_lines };
  const sentence = `${summary.http_lines} HTTP and ${summary.network_lines} network events sent`;
  process.stdout.write(`${options.json === true ? JSON.stringify(summary) : sentence}\n`);
}

async function open(path: string): Promise<SocketSink> {
  try {
    return await openSocketSink(path);
  } catch (error) {
    throw new CommandError(`${path}: ${error instanceof Error ? error.message : String(error)}`, 1);
  }
}

function spanMs(events: readonly SampleEvent[]): number {
  return Number((events.at(-1)?.timeNs ?? 0n) - (events[0]?.timeNs ?? 0n)) / 1e6;
}

function speed(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('Not a number above 0.');
  return value;
}
