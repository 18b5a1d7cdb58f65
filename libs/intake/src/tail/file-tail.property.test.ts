import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { FileTail } from './file-tail.ts';
import type { TailPosition } from './tail-position.ts';

type Action =
  | { readonly kind: 'write'; readonly lines: number; readonly half: boolean }
  | { readonly kind: 'rename' }
  /** Of a file that is known, with so many lines that are not read yet. */
  | { readonly kind: 'copytruncate'; readonly lines: number; readonly half: boolean }
  | { readonly kind: 'read'; readonly steps: number }
  /** The process ends; what the last steps have read without having stored it is read again. */
  | { readonly kind: 'restart' }
  | { readonly kind: 'wait' };

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('write' as const), lines: fc.nat(6), half: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant<Action>({ kind: 'rename' }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('copytruncate' as const), lines: fc.nat(6), half: fc.boolean() }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('read' as const), steps: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 2, arbitrary: fc.constant<Action>({ kind: 'restart' }) },
  { weight: 2, arbitrary: fc.constant<Action>({ kind: 'wait' }) },
);

/** A file that is written to and rotated, and a tail of it whose lines count once their position is stored. */
class World {
  readonly written: string[] = [];
  readonly stored: string[] = [];
  readonly #directory = mkdtempSync(join(tmpdir(), 'lw-tail-'));
  readonly #path = join(this.#directory, 'a.log');
  #half = '';
  #touches = 0;
  #position: TailPosition | null = null;
  #nowMs = 0;
  #read: string[] = [];
  #tail = this.#newTail();

  async apply(next: Action): Promise<void> {
    switch (next.kind) {
      case 'write':
        this.#write(next.lines, next.half);
        break;
      case 'rename':
        this.#nowMs += 3_000;
        this.#shift();
        renameSync(this.#path, `${this.#path}.1`);
        this.#endHalf();
        writeFileSync(this.#path, '');
        this.#touch(this.#path);
        break;
      case 'copytruncate':
        this.#write(1, false);
        await this.#readAll();
        this.#write(next.lines, next.half);
        this.#shift();
        copyFileSync(this.#path, `${this.#path}.1`);
        this.#touch(`${this.#path}.1`);
        truncateSync(this.#path);
        this.#endHalf();
        break;
      case 'read':
        for (let i = 0; i < next.steps; i++) await this.#step();
        break;
      case 'restart':
        await this.#tail.close();
        this.#read = [];
        this.#tail = this.#newTail();
        await this.#tail.seek(this.#position);
        break;
      case 'wait':
        this.#nowMs += 5_000;
        break;
      default:
        next satisfies never;
    }
  }

  /** What is rotated away before a tail has seen it is not its. */
  async begin(): Promise<void> {
    writeFileSync(this.#path, '');
    this.#touch(this.#path);
    await this.#step();
  }

  /** Until there is nothing more, in any of the files. */
  async finish(): Promise<void> {
    this.#write(1, false);
    await this.#readAll();
    await this.#tail.close();
    rmSync(this.#directory, { recursive: true });
  }

  async #readAll(): Promise<void> {
    for (let quiet = 0; quiet < 3; ) {
      quiet = (await this.#step()) ? 0 : quiet + 1;
      if (quiet > 0) this.#nowMs += 5_000;
    }
  }

  /** Files are told apart by when they were written to, and a file system's clock may stand still for some milliseconds. */
  #touch(path: string): void {
    this.#touches++;
    utimesSync(path, this.#touches, this.#touches);
  }

  async #step(): Promise<boolean> {
    const step = await this.#tail.read();
    if (step.kind === 'waiting') return false;
    this.stored.push(...this.#read.splice(0));
    this.#position = step.position;
    return true;
  }

  #write(lines: number, half: boolean): void {
    let text = '';
    for (let i = 0; i < lines; i++) text += `${this.#next()}\n`;
    if (half && this.#half === '') {
      this.#half = `half ${this.written.length} `;
      text += this.#half;
    }
    appendFileSync(this.#path, text);
    this.#touch(this.#path);
  }

  #next(): string {
    const line = `${this.#half}line ${this.written.length} ${'.'.repeat(70)}`;
    const rest = line.slice(this.#half.length);
    this.#half = '';
    this.written.push(line);
    return rest;
  }

  /** Half a line ends with its file. */
  #endHalf(): void {
    if (this.#half !== '') this.written.push(this.#half);
    this.#half = '';
  }

  #shift(): void {
    const numbers = readdirSync(this.#directory).map((name) => Number(name.split('.')[2] ?? 0));
    for (const number of numbers.filter((each) => each > 0).sort((a, b) => b - a)) {
      renameSync(`${this.#path}.${number}`, `${this.#path}.${number + 1}`);
    }
  }

  #newTail(): FileTail {
    return new FileTail(
      {
        path: this.#path,
        limits: { maxLineBytes: 1_000, previewBytes: 8 },
        chunkBytes: 200,
        startAt: 'beginning',
        clock: { monotonicMs: () => this.#nowMs },
      },
      {
        line: (bytes, start, end) => this.#read.push(bytes.toString('latin1', start, end)),
        oversized: () => expect.fail('no line is that long'),
        changed: () => undefined,
      },
    );
  }
}

test('whatever rotates and whoever dies, each line is read once and in its order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 30 }), async (actions) => {
      const world = new World();
      await world.begin();
      for (const next of actions) await world.apply(next);
      await world.finish();
      expect(world.stored).toEqual(world.written);
    }),
    { numRuns: 300 },
  );
});
