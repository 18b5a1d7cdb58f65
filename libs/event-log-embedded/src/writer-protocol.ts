import { EventLogError, type EventLogErrorCode } from '@logweave/event-log';
import type { WriteOperation } from './write-operation.ts';

/** What the writing thread is started with. */
export interface WriterData {
  readonly path: string;
  readonly maxBytes: number | null;
}

/** To the writing thread: one transaction, or null for the end. */
export type WriterRequest = readonly WriteOperation[] | null;

/** From the writing thread: one at the start, and one for each transaction; and what it has to tell beside. */
export type WriterAnswer =
  | { readonly kind: 'opened' }
  | { readonly kind: 'not_opened'; readonly error: PlainError }
  | { readonly kind: 'committed' }
  | { readonly kind: 'failed'; readonly error: PlainError; readonly mayBeApplied: boolean }
  | { readonly kind: 'checkpoint_failed'; readonly error: PlainError };

/** An error of the log on its way between threads, where an Error would keep nothing but its message. */
export interface PlainError {
  readonly code: EventLogErrorCode;
  readonly message: string;
  readonly retriable: boolean;
}

export function toPlainError({ code, message, retriable }: EventLogError): PlainError {
  return { code, message, retriable };
}

export function fromPlainError({ code, message, retriable }: PlainError): EventLogError {
  return new EventLogError(code, message, { retriable });
}
