import type { Failure } from '../extraction.ts';
import type { ParserState } from '../runtime/parser-state.ts';

/** Why a log ends before the last statement. */
export type Stop =
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'dropped'; readonly tag: string };

/** A statement, ready to run: gives why the log ends here, or nothing. */
export type Step = (state: ParserState) => Stop | undefined;

/** What a filter does, without its `on_error`. */
export type Operation = (state: ParserState) => Failure | Stop | undefined;
