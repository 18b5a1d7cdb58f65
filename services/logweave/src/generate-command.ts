import { DEFAULT_STREAM, EventStream, type StreamOptions, sendPaced, writeStreamFiles } from '@logweave/generate';
import { systemClock } from '@logweave/service-kit';
import { Command, InvalidArgumentError } from 'commander';

interface GenerateOptions {
  readonly http?: string;
  readonly network?: string;
  readonly truth?: string;
  readonly httpSocket?: string;
  readonly networkSocket?: string;
  readonly reconnect: boolean;
  readonly rate: number;
  readonly duration: number;
  readonly events?: number;
  readonly seed: number;
  readonly start?: number;
  readonly requests: number;
  readonly think: number;
  readonly loneHttp: number;
  readonly loneNetwork: number;
  readonly skew: number;
  readonly disorder: number;
  readonly portReuse: number;
  readonly ipv6: number;
  readonly bytes: number;
  readonly json: boolean;
}

interface Summary {
  readonly http_lines: number;
  readonly network_lines: number;
  /** Of writes that broke off with a connection: how much of them arrived is not known. */
  readonly lines_broken_off: number;
  readonly bytes: number;
  readonly connections: number;
  readonly elapsed_ms: number;
  readonly lines_per_second: number;
}

/** `logweave generate`: streams of HTTP and network events with their truth, into files or at a pace into sockets. */
export function generateCommand(): Command {
  const command = new Command('generate')
    .description('make paired HTTP and network events with their truth, into files or at a pace into sockets')
    .option('--http <file>', 'write HTTP events (source A) there')
    .option('--network <file>', 'write network events (source B) there')
    .option('--truth <file>', 'write there which line belongs to which connection')
    .option('--http-socket <path>', 'send HTTP events to this unix stream socket')
    .option('--network-socket <path>', 'send network events to this unix stream socket')
    .option('--reconnect', 'wait for sockets that are away, and go on after a break', false)
    .option('--rate <n>', 'events per second, both sides together', number, DEFAULT_STREAM.ratePerSecond)
    .option('--duration <time>', 'how long: seconds, or with a unit as in 500ms, 5m, 1h', milliseconds, 60_000)
    .option('--events <n>', 'end after so many events, if that comes first', number)
    .option('--seed <n>', 'same seed, same bytes', number, DEFAULT_STREAM.seed)
    .option('--start <time>', 'time of the first event, RFC 3339 (sockets: now)', moment)
    .option('--requests <n>', 'requests per connection, mean', number, DEFAULT_STREAM.requests.mean)
    .option('--think <ms>', 'pause between requests of a connection, mean', number, DEFAULT_STREAM.thinkMs)
    .option('--lone-http <share>', 'connections without a network event', number, DEFAULT_STREAM.loneHttpShare)
    .option('--lone-network <share>', 'connections without a request', number, DEFAULT_STREAM.loneNetworkShare)
    .option('--skew <ms>', 'how far the clock of the network sensor is ahead', number, DEFAULT_STREAM.skewMs)
    .option('--disorder <ms>', 'how late events arrive at most', number, DEFAULT_STREAM.disorderMs)
    .option('--port-reuse <share>', 'connections on a port used before', number, DEFAULT_STREAM.portReuseShare)
    .option('--ipv6 <share>', 'connections over IPv6', number, DEFAULT_STREAM.ipv6Share)
    .option('--bytes <n>', 'length of a line', number, DEFAULT_STREAM.eventBytes)
    .option('--json', 'print the summary as JSON', false)
    .action(async (options: GenerateOptions) => generate(command, options));
  return command;
}

async function generate(command: Command, options: GenerateOptions): Promise<void> {
  const toSockets = options.httpSocket !== undefined || options.networkSocket !== undefined;
  const toFiles = options.http !== undefined || options.network !== undefined || options.truth !== undefined;
  if (toSockets === toFiles) {
    command.error('error: give files (--http, --network, --truth) or sockets (--http-socket, --network-socket)', {
      exitCode: 2,
    });
  }
  const startMs = options.start ?? (toSockets ? systemClock.wallMs() : DEFAULT_STREAM.startMs);
  const stream = openStream(command, options, startMs);
  const summary = toSockets ? await send(command, options, stream) : await write(options, stream);
  process.stdout.write(`${options.json ? JSON.stringify(summary) : sentence(summary)}\n`);
}

function openStream(command: Command, options: GenerateOptions, startMs: number): EventStream {
  const given: Partial<StreamOptions> = {
    seed: options.seed,
    startMs,
    durationMs: options.duration,
    maxEvents: options.events ?? null,
    ratePerSecond: options.rate,
    requests: { ...DEFAULT_STREAM.requests, mean: options.requests },
    thinkMs: options.think,
    loneHttpShare: options.loneHttp,
    loneNetworkShare: options.loneNetwork,
    skewMs: options.skew,
    disorderMs: options.disorder,
    portReuseShare: options.portReuse,
    ipv6Share: options.ipv6,
    eventBytes: options.bytes,
  };
  try {
    return new EventStream(given);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return command.error(`error: ${error.message}`, { exitCode: 2 });
  }
}

async function write(options: GenerateOptions, stream: EventStream): Promise<Summary> {
  const begunMs = systemClock.monotonicMs();
  const progress = progressLine(stream);
  const files = { http: options.http ?? null, network: options.network ?? null, truth: options.truth ?? null };
  const { httpLines, networkLines, bytes } = await writeStreamFiles(stream, files, () =>
    progress.show(stream.arrivalMs - stream.options.startMs),
  );
  progress.clear();
  const sent = { httpLines, networkLines, linesBrokenOff: 0, bytes };
  return summarise(stream, sent, systemClock.monotonicMs() - begunMs);
}

async function send(command: Command, options: GenerateOptions, stream: EventStream): Promise<Summary> {
  const { httpSocket, networkSocket } = options;
  if (httpSocket === undefined || networkSocket === undefined) {
    return command.error('error: --http-socket and --network-socket go together', { exitCode: 2 });
  }
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const progress = progressLine(stream);
  try {
    const { http, network, elapsedMs } = await sendPaced({
      stream,
      httpSocket,
      networkSocket,
      clock: systemClock,
      signal: stopping.signal,
      reconnect: options.reconnect,
      progress: ({ elapsedMs }) => progress.show(elapsedMs),
    });
    const sent = {
      httpLines: http.lines,
      networkLines: network.lines,
      linesBrokenOff: http.linesBrokenOff + network.linesBrokenOff,
      bytes: http.bytes + network.bytes,
    };
    return summarise(stream, sent, elapsedMs);
  } finally {
    progress.clear();
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

interface Sent {
  readonly httpLines: number;
  readonly networkLines: number;
  readonly linesBrokenOff: number;
  readonly bytes: number;
}

function summarise(
  stream: EventStream,
  { httpLines, networkLines, linesBrokenOff, bytes }: Sent,
  elapsedMs: number,
): Summary {
  return {
    http_lines: httpLines,
    network_lines: networkLines,
    lines_broken_off: linesBrokenOff,
    bytes,
    connections: stream.connections,
    elapsed_ms: Math.round(elapsedMs),
    lines_per_second: Math.round(((httpLines + networkLines) / Math.max(1, elapsedMs)) * 1000),
  };
}

function sentence(summary: Summary): string {
  const { http_lines, network_lines, lines_broken_off, bytes, connections, elapsed_ms, lines_per_second } = summary;
  const count = (value: number): string => value.toLocaleString('en-US');
  const broken = lines_broken_off === 0 ? '' : `, ${count(lines_broken_off)} more in writes that broke off`;
  return (
    `${count(http_lines)} HTTP and ${count(network_lines)} network events of ${count(connections)} connections, ` +
    `${count(bytes)} bytes, in ${(elapsed_ms / 1000).toFixed(1)} s (${count(lines_per_second)} lines/s)${broken}`
  );
}

/** One line that is written over itself, on a terminal only. */
function progressLine(stream: EventStream): { show(streamMs: number): void; clear(): void } {
  const { isTTY } = process.stderr;
  const begunMs = systemClock.monotonicMs();
  let shownMs = Number.NEGATIVE_INFINITY;
  return {
    show(streamMs) {
      const nowMs = systemClock.monotonicMs();
      if (!isTTY || nowMs - shownMs < 200) return;
      shownMs = nowMs;
      const { durationMs, maxEvents } = stream.options;
      const done = Math.min(1, Math.max(streamMs / durationMs, stream.count / (maxEvents ?? Number.POSITIVE_INFINITY)));
      const secondsLeft = Math.ceil(((nowMs - begunMs) * (1 - done)) / Math.max(done, 1e-6) / 1000);
      const rate = Math.round((stream.count / Math.max(1, nowMs - begunMs)) * 1000);
      process.stderr.write(`\r\x1b[K${Math.floor(done * 100)} %  ${rate} lines/s  ${secondsLeft} s left`);
    },
    clear() {
      if (isTTY) process.stderr.write('\r\x1b[K');
    },
  };
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('Not a number.');
  return value;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

function milliseconds(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  if (match === null) throw new InvalidArgumentError('Not a time: give seconds, or a unit as in 500ms, 5m, 1h.');
  return Number(match[1]) * (UNITS[match[2] ?? 's'] ?? 1000);
}

function moment(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new InvalidArgumentError('Not a time as RFC 3339 has it.');
  return ms;
}
