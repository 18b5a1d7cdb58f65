import type { CommitOutcome, Transaction, TransactionalProducer } from '@logweave/event-log';

/** Why a task's memory is of no use any more: a transaction ended in anything but a commit. */
export type Broken =
  | { readonly kind: 'fenced' }
  | { readonly kind: 'aborted' | 'unknown' | 'error'; readonly error: unknown };

/** Commits; null when it has, else why the memory of what was to be committed is void. Never rejects. */
export async function commitOrBreak(producer: TransactionalProducer, transaction: Transaction): Promise<Broken | null> {
  let outcome: CommitOutcome;
  try {
    outcome = await producer.commit(transaction);
  } catch (error) {
    return { kind: 'error', error };
  }
  switch (outcome.kind) {
    case 'committed':
      return null;
    case 'fenced':
      return { kind: 'fenced' };
    case 'aborted':
    case 'unknown':
      return { kind: outcome.kind, error: outcome.error };
    default:
      return outcome satisfies never;
  }
}
