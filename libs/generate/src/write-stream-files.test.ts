import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventStream } from './event-stream.ts';
import { type GeneratedEvent, generateEvents } from './generated-event.ts';
import { writeStreamFiles } from './write-stream-files.ts';

const OPTIONS = { durationMs: 4_000, ratePerSecond: 2_000, seed: 5 };

describe('a stream in files', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'generate-'));
  });

  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  it('is the events of each side in their order, and the truth of every line', async () => {
    const files = { http: join(directory, 'h'), network: join(directory, 'n'), truth: join(directory, 't') };
    const summary = await writeStreamFiles(new EventStream(OPTIONS), files);
    const events = [...generateEvents(OPTIONS)];
    const textOf = (wanted: readonly GeneratedEvent[]): string =>
      wanted.map(({ line }) => `${line.toString()}\n`).join('');
    const http = events.filter(({ side }) => side === 'A');
    const network = events.filter(({ side }) => side === 'B');
    expect(await readFile(files.http, 'utf8')).toBe(textOf(http));
    expect(await readFile(files.network, 'utf8')).toBe(textOf(network));
    expect(summary).toMatchObject({ httpLines: http.length, networkLines: network.length });
    const truth = (await readFile(files.truth, 'utf8')).trimEnd().split('\n');
    const lines = { A: 0, B: 0 };
    expect(truth.map((line): unknown => JSON.parse(line))).toEqual(
      events.map(({ side, connection, request }) => {
        const common = { side, line: ++lines[side], connection };
        return side === 'A' ? { ...common, request } : common;
      }),
    );
  });

  it('leaves out files that are not wanted', async () => {
    await writeStreamFiles(new EventStream(OPTIONS), { http: join(directory, 'h'), network: null, truth: null });
    expect(await readdir(directory)).toEqual(['h']);
  });
});
