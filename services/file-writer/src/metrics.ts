import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export type RotationReason = 'size' | 'age' | 'reopened' | 'deleted';

/** All metrics of the file writer. */
export interface FileWriterMetrics {
  readonly records: Counter;
  readonly bytes: Counter;
  readonly commits: Counter;
  readonly sync: Histogram;
  readonly filesBegun: Counter<'reason'>;
  readonly problems: Counter<'reason'>;
  readonly cutBytes: Counter;
  readonly missingBytes: Counter;
  readonly blocked: Gauge;
  readonly lag: Gauge<'partition'>;
}

export function createFileWriterMetrics(registry: Registry): FileWriterMetrics {
  const registers = [registry];
  return {
    records: new Counter({
      name: 'logweave_file_writer_records_written_total',
      help: 'Records appended to the output file. Those cut off after a crash or an error count again when they are written again.',
      registers,
    }),
    bytes: new Counter({
      name: 'logweave_file_writer_written_bytes_total',
      help: 'Bytes appended to the output file. Compare with the free space of its disk.',
      registers,
    }),
    commits: new Counter({
      name: 'logweave_file_writer_commits_total',
      help: 'Commits of what the file holds. When it stands still while records come in, see logweave_file_writer_blocked.',
      registers,
    }),
    sync: new Histogram({
      name: 'logweave_file_writer_sync_seconds',
      help: 'Duration of one fsync. When high, use a faster disk or outputs.file.fsync: interval.',
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5],
      registers,
    }),
    filesBegun: new Counter({
      name: 'logweave_file_writer_files_begun_total',
      help: 'Files begun after another: rotated by size or age, reopened on SIGHUP, or deleted under the writer. When deleted is not 0, something removes the file while it is written to: let it rename the file and send SIGHUP.',
      labelNames: ['reason'],
      registers,
    }),
    problems: new Counter({
      name: 'logweave_file_writer_problems_total',
      help: 'Times that writing stopped and began anew from the last commit, by the system error. When it rises, see the log line "cannot write" and the disk.',
      labelNames: ['reason'],
      registers,
    }),
    cutBytes: new Counter({
      name: 'logweave_file_writer_cut_bytes_total',
      help: 'Uncommitted bytes cut off the file after a crash or an error; their records are written again. Nothing to do.',
      registers,
    }),
    missingBytes: new Counter({
      name: 'logweave_file_writer_missing_bytes_total',
      help: 'Committed bytes that the file had lost: a loss of power with fsync: never, or somebody shortened it. When not 0, set fsync: always and do not use copytruncate.',
      registers,
    }),
    blocked: new Gauge({
      name: 'logweave_file_writer_blocked',
      help: '1 while the file cannot be written and consumption waits. /readyz says why.',
      registers,
    }),
    lag: new Gauge({
      name: 'logweave_file_writer_lag_records',
      help: 'Records of the partition that the file does not hold yet. When it grows, the disk is too slow or blocked.',
      labelNames: ['partition'],
      registers,
    }),
  };
}
