import type { Step, Stop } from './compile/step.ts';
import type { ParseFailure, RawLog } from './log-parser.ts';
import { instantToken } from './runtime/instant-token.ts';
import { LimitExceeded, type ParserLimits } from './runtime/limits.ts';
import { ParserState } from './runtime/parser-state.ts';
import { shortMessage } from './short-message.ts';

/** What a program left behind for one log. */
export interface ProgramRun {
  readonly state: ParserState;
  readonly error: ParseFailure | null;
  readonly dropped: string | null;
}

/** Runs a program over one log, from a new state. */
export function runProgram(program: Step, log: RawLog, limits: ParserLimits): ProgramRun {
  const state = new ParserState(limits);
  setBuiltIns(state, log);
  let stop: Stop | undefined;
  try {
    stop = program(state);
  } catch (error) {
    if (!(error instanceof LimitExceeded)) throw error;
    const message = `LOG_PARSING_LIMIT_EXCEEDED: ${error.message}`;
    return { state, error: { code: 'LOG_PARSING_LIMIT_EXCEEDED', message }, dropped: null };
  }
  if (stop?.kind === 'failed') return { state, error: filterError(stop.message), dropped: null };
  return { state, error: null, dropped: stop?.kind === 'dropped' ? stop.tag : null };
}

function setBuiltIns({ tokens }: ParserState, log: RawLog): void {
  tokens.set('message', log.text);
  tokens.set('@createTimestamp', instantToken(log.createTime));
  if (log.timestamp !== undefined) tokens.set('@timestamp', instantToken(log.timestamp));
  if (log.collectionTime !== undefined) tokens.set('@collectionTimestamp', instantToken(log.collectionTime));
  tokens.set('@timezone', log.timezone ?? '');
  tokens.set('@onErrorCount', 0);
  tokens.set('@enableCbnForLoop', true);
}

function filterError(message: string): ParseFailure {
  const text = JSON.stringify(`generic::invalid_argument: pipeline failed: ${shortMessage(message)}`);
  return {
    code: 'LOG_PARSING_CBN_ERROR',
    message: `generic::invalid_argument: pipeline.ParseLogEntry failed: LOG_PARSING_CBN_ERROR: ${text}`,
  };
}
