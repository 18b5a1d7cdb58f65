import type { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { asEventLogError, openWritable } from './database.ts';
import { DatabaseWriter } from './database-writer.ts';
import { toPlainError, type WriterAnswer, type WriterData, type WriterRequest } from './writer-protocol.ts';

/** The write-ahead log is copied into the database at this length: 4 MiB, as SQLite does by itself. */
const CHECKPOINT_PAGES = 1000;

if (parentPort === null) throw new Error('the writer of the event log runs in a thread of its own only');
const port = parentPort;
const database = open(workerData as WriterData);
if (database !== null) serve(database);

function answer(message: WriterAnswer): void {
  port.postMessage(message);
}

function open({ path, maxBytes }: WriterData): DatabaseSync | null {
  try {
    return openWritable(path, { maxBytes });
  } catch (error) {
    answer({ kind: 'not_opened', error: toPlainError(asEventLogError(error, `cannot open the event log ${path}`)) });
    return null;
  }
}

function serve(database: DatabaseSync): void {
  const writer = new DatabaseWriter(database);
  const walLength = database.prepare('PRAGMA wal_checkpoint(NOOP)');
  const checkpoint = database.prepare('PRAGMA wal_checkpoint(PASSIVE)');
  // SQLite would do it at the end of a COMMIT, and whoever waits for that would wait twice as long.
  database.exec('PRAGMA wal_autocheckpoint = 0');
  port.on('message', (request: WriterRequest) => {
    if (request === null) {
      database.close();
      port.close();
      return;
    }
    const outcome = writer.write(request);
    answer(outcome.kind === 'failed' ? { ...outcome, error: toPlainError(outcome.error) } : outcome);
    try {
      if (Number(walLength.get()?.['log']) >= CHECKPOINT_PAGES) checkpoint.get();
    } catch (error) {
      // What was committed is safe in the write-ahead log, and the next transaction tries again.
      answer({ kind: 'checkpoint_failed', error: toPlainError(asEventLogError(error, 'cannot make a checkpoint')) });
    }
  });
  answer({ kind: 'opened' });
}
