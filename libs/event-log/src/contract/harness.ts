import type { AppendBatch, EventLog, TopicPartition } from '../port.ts';

/** What an adapter can show beyond the port; the tests for what it cannot are skipped by name. */
export interface ContractCapabilities {
  /** `maintain` makes retention and compaction happen. */
  readonly maintenance: boolean;
  /** `removeBefore` works. */
  readonly removal: boolean;
  /** Retention leaves what a group that has committed has not read. */
  readonly retentionWaits: boolean;
  /** `beginTransaction` leaves a transaction open that others can see. */
  readonly openTransactions: boolean;
  /** `loseNextCommitAnswer` works. */
  readonly lostAnswers: boolean;
}

/** A transaction that has written and has not ended. */
export interface OpenTransaction {
  commit(): Promise<void>;
  abort(): Promise<void>;
}

/** One test's log, and the means to let its time pass. */
export interface ContractHarness {
  /** The log that is open now. */
  readonly log: EventLog;
  /** Closes the log and opens it again on the same data, as a restart of the process does. */
  reopen(): Promise<void>;
  /** A name that no other test uses: for topics, groups and transactional ids where the log is shared. */
  name(base: string): string;
  /** The wall clock that record timestamps are compared with. */
  wallMs(): number;
  /** Lets time pass while something is awaited. A log on the system's clock just awaits it. */
  settle<T>(promise: Promise<T>): Promise<T>;
  /** Lets time pass: advances a virtual clock, or waits. */
  passTime(ms: number): Promise<void>;
  /** Makes retention and compaction happen, as far as they are due. */
  maintain(): Promise<void>;
  /** Raises the low watermark; the topic's `retentionMs` is 60,000 where that is the way to do it. */
  removeBefore(partition: TopicPartition, offset: number): Promise<void>;
  /** Writes a batch in a transaction and leaves it open. */
  beginTransaction(transactionalId: string, batch: AppendBatch): Promise<OpenTransaction>;
  /** The answer to the next commit is lost; before that the commit is applied, or it is not. */
  loseNextCommitAnswer(applied: boolean): void;
  close(): Promise<void>;
}

export type CreateHarness = () => Promise<ContractHarness>;

const EVENTUALLY_MS = 30_000;
const EVENTUALLY_STEP_MS = 50;

/**
 * Tries until the check gives something else than undefined: what is acknowledged may take a moment to be seen by
 * others. @throws Error naming what was waited for after 30 s of the log's time.
 */
export async function eventually<T>(
  harness: ContractHarness,
  what: string,
  check: () => Promise<T | undefined>,
): Promise<T> {
  for (let passedMs = 0; passedMs < EVENTUALLY_MS; passedMs += EVENTUALLY_STEP_MS) {
    const result = await check();
    if (result !== undefined) return result;
    await harness.passTime(EVENTUALLY_STEP_MS);
  }
  throw new Error(`never came to be: ${what}`);
}
