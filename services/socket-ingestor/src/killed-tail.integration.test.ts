import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openEmbeddedLogReader } from '@logweave/event-log-embedded';
import { systemClock } from '@logweave/service-kit';
import { afterEach, beforeEach, expect, test } from 'vitest';

/** An ingestor that follows a file into an embedded log. Prints how many records it has appended. */
const INGESTOR = `
import { openEmbeddedLog } from '@logweave/event-log-embedded';
import { systemClock } from '@logweave/service-kit';
import { Registry } from 'prom-client';
import { createSocketIngestor } from '@logweave/socket-ingestor';

const [directory] = process.argv.slice(1);
const rules = { keyFields: ['src_ip', 'src_port'], time: 'event_or_arrival', maxFutureSkewMs: 300000 };
const log = await openEmbeddedLog({ path: directory + '/log.sqlite', clock: systemClock });
for (const name of ['http', 'network', 'dead-letter', 'raw']) {
  await log.ensureTopic({ name, partitions: 1, cleanup: 'delete', retentionMs: null, retentionBytes: null, maxRecordBytes: 2 ** 21 });
}
const none = () => undefined;
const metrics = new Registry();
const ingestor = createSocketIngestor(
  {
    sockets: [],
    topics: { http: 'http', network: 'network', deadLetter: 'dead-letter' },
    rules: { A: { side: 'A', ...rules }, B: { side: 'B', ...rules } },
    raw: {
      topic: 'raw', identityDirectory: directory, tailName: 'tail',
      inputs: [{ name: 'a', type: 'file', path: directory + '/a.log', logType: 'NIX_SYSTEM', namespace: null, labels: {},
        maxLogBytes: 2 ** 20, startAt: 'beginning', pollMs: 10 }],
    },
    maxInFlightBytes: 2 ** 22,
    spool: null,
    stopGraceMs: 1000,
  },
  { eventLog: log, clock: systemClock, metrics, log: { info: none, warn: console.error, error: console.error } },
);
await ingestor.start();
setInterval(async () => {
  const { values } = await metrics.getSingleMetric('logweave_ingest_appended_records_total').get();
  console.log(values[0].value);
}, 2);
`;

const PADDING = 'x'.repeat(500);

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lw-'));
});

afterEach(() => rmSync(directory, { recursive: true }));

class Ingestor {
  appended = 0;
  readonly #child;

  constructor() {
    const args = ['--conditions=@logweave/source', '--no-warnings', '--input-type=module', '-e', INGESTOR, directory];
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    createInterface(this.#child.stdout).on('line', (line) => {
      this.appended = Number(line);
    });
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await once(this.#child, 'close');
  }
}

async function until(holds: () => boolean): Promise<void> {
  await expect.poll(holds, { interval: 1, timeout: 60_000 }).toBe(true);
}

/** The number of each line in the log. */
async function numbersInLog(): Promise<number[]> {
  const log = await openEmbeddedLogReader({ path: join(directory, 'log.sqlite'), clock: systemClock });
  const end = (await log.watermarks('raw'))[0]?.stable ?? 0;
  const reader = await log.reader({ topic: 'raw', partition: 0 }, 0);
  const numbers: number[] = [];
  for (let next = 0; next < end; ) {
    const { records, nextOffset } = await reader.read({ timeoutMs: 1_000 });
    for (const { value } of records) numbers.push(Number(/^(\d+) x+$/.exec(Buffer.from(value ?? []).toString())?.[1]));
    next = nextOffset;
  }
  await log.close();
  return numbers;
}

/** Lines of a file that is rotated. */
class Writer {
  readonly #path = join(directory, 'a.log');
  written = 0;

  write(lines: number): void {
    let text = '';
    for (const end = this.written + lines; this.written < end; this.written++) text += `${this.written} ${PADDING}\n`;
    // In two pieces, the first of which ends within a line.
    const cut = text.length - 100;
    appendFileSync(this.#path, text.slice(0, cut));
    appendFileSync(this.#path, text.slice(cut));
  }

  rotate(how: 'rename' | 'copytruncate'): void {
    for (let number = 9; number > 0; number--) {
      if (existsSync(`${this.#path}.${number}`)) renameSync(`${this.#path}.${number}`, `${this.#path}.${number + 1}`);
    }
    if (how === 'rename') {
      renameSync(this.#path, `${this.#path}.1`);
      writeFileSync(this.#path, '');
    } else {
      copyFileSync(this.#path, `${this.#path}.1`);
      truncateSync(this.#path);
    }
  }
}

test('fault 1: an ingestor that is killed while it follows a file through rotations loses no line and doubles none', async () => {
  const writer = new Writer();
  writer.write(3_000);
  let kills = 0;
  for (let last = 0; last < 3_000; kills++) {
    const ingestor = new Ingestor();
    await until(() => ingestor.appended > 0);
    await ingestor.kill();
    const numbers = await numbersInLog();
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, i) => i));
    expect(numbers.length).toBeGreaterThan(last);
    last = numbers.length;
  }
  // The file had more than fits one transaction, so that some were killed between two.
  expect(kills).toBeGreaterThan(1);

  // What comes while nobody reads is in files of other names by the time that somebody does.
  writer.write(1_000);
  writer.rotate('rename');
  writer.write(1_000);
  writer.rotate('rename');
  writer.write(1_000);
  const second = new Ingestor();
  await until(() => second.appended > 0);
  await second.kill();
  writer.rotate('copytruncate');
  writer.write(1_000);
  const third = new Ingestor();
  writer.write(1_000);
  await until(() => third.appended > 0);
  const left = 8_000;
  for (let last: number | undefined; last !== left - 1; ) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    last = (await numbersInLog()).at(-1);
  }
  await third.kill();
  expect(writer.written).toBe(left);
  expect(await numbersInLog()).toEqual(Array.from({ length: left }, (_, i) => i));
  // Half a dozen processes are started, and each old file is left after five quiet seconds.
}, 300_000);
