import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openReadOnly, openWritable } from './database.ts';

/** Holds all locks for a moment, as whoever rebuilds the index of the write-ahead log after a crash does. */
const HOLDER = `
const { DatabaseSync } = require('node:sqlite');
const database = new DatabaseSync(process.argv[1]);
database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; BEGIN IMMEDIATE; COMMIT');
database.exec('CREATE TABLE held (x); DROP TABLE held');
process.stdout.write('held');
setTimeout(() => { database.close(); }, 300);
`;

describe('opening a database that somebody has locked for a moment', () => {
  let path: string;

  beforeEach(() => {
    path = join(mkdtempSync(join(tmpdir(), 'database-')), 'log.sqlite');
    openWritable(path, { maxBytes: null }).close();
  });

  afterEach(() => {
    rmSync(join(path, '..'), { recursive: true });
  });

  it.each([
    ['to write', () => openWritable(path, { maxBytes: null })],
    ['to read', () => openReadOnly(path)],
  ])('waits for it, %s', async (_, open) => {
    const holder = spawn(process.execPath, ['--no-warnings', '-e', HOLDER, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(holder, 'exit');
    await once(holder.stdout, 'data');
    const database = open();
    expect(database.prepare('SELECT count(*) AS topics FROM topics').get()).toEqual({ topics: 0 });
    database.close();
    await ended;
  });
});
