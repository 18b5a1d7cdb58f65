import type { UdmProblem, ValidationPolicy } from '@logweave/udm';
import { CompileContext } from './compile/compile-context.ts';
import { compileProgram, type StatementObserver } from './compile/compile-program.ts';
import type { Step } from './compile/step.ts';
import type { LogParser, ParsedLog, ParseFailure, RawLog } from './log-parser.ts';
import { readOutputs, recordOutputs } from './record-outputs.ts';
import { type ProgramRun, runProgram } from './run-program.ts';
import { DEFAULT_LIMITS, type ParserLimits } from './runtime/limits.ts';
import type { ParserState } from './runtime/parser-state.ts';
import type { Diagnostic } from './syntax/diagnostic.ts';
import { shortMessage } from './short-message.ts';
import { parseProgram } from './syntax/parse-program.ts';

export interface LogParserOptions {
  /** The parser's text. */
  readonly text: string;
  /** The log type as Chronicle names it; it becomes `metadata.log_type`. */
  readonly logType: string;
  /** The text of an extension: it runs on the same log after the parser, and its event goes over the parser's. */
  readonly extension?: string;
  /** What becomes of a repeated field that both have: the extension's elements instead of the parser's, or behind them. */
  readonly extensionRepeated?: 'replace' | 'append';
  readonly limits?: Partial<ParserLimits>;
  /** False takes a name in a condition that was never set for false instead of failing the log. */
  readonly strict?: boolean;
  /** What the rules of event types do with an event; `default` rejects by the firm ones and warns of the others. */
  readonly validation?: ValidationPolicy;
  /** Sees every statement of the parser; for traces and coverage. */
  readonly observer?: StatementObserver;
}

export interface CreatedParser {
  /** Null when a text has errors. */
  readonly parser: LogParser | null;
  readonly diagnostics: readonly Diagnostic[];
  readonly extensionDiagnostics: readonly Diagnostic[];
}

/** Compiles a parser's text. Everything that can be found out before the first log is: expressions, formats, paths. */
export function createLogParser(options: LogParserOptions): CreatedParser {
  const base = compileText(options.text, options.strict ?? true, options.observer);
  const extension = options.extension === undefined ? null : compileText(options.extension, options.strict ?? true);
  const diagnostics = base.diagnostics;
  const extensionDiagnostics = extension?.diagnostics ?? [];
  const sound = [...diagnostics, ...extensionDiagnostics].every(({ severity }) => severity !== 'error');
  const parser = sound ? new CompiledLogParser(base.program, extension?.program ?? null, options) : null;
  return { parser, diagnostics, extensionDiagnostics };
}

function compileText(
  text: string,
  strict: boolean,
  observer?: StatementObserver,
): { readonly program: Step; readonly diagnostics: readonly Diagnostic[] } {
  const parsed = parseProgram(text);
  const context = new CompileContext();
  const program = compileProgram(parsed.program, context, { strict, ...(observer === undefined ? {} : { observer }) });
  return { program, diagnostics: [...parsed.diagnostics, ...context.diagnostics] };
}

/** Warnings of one log that are kept: a list of an event may have one for each of its elements. */
const WARNINGS_LIMIT = 100;

class CompiledLogParser implements LogParser {
  readonly logType: string;
  readonly #program: Step;
  readonly #extension: Step | null;
  readonly #limits: ParserLimits;
  readonly #validation: ValidationPolicy;
  readonly #extensionRepeated: 'replace' | 'append';

  constructor(program: Step, extension: Step | null, options: LogParserOptions) {
    this.#program = program;
    this.#extension = extension;
    this.logType = options.logType;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#validation = options.validation ?? 'default';
    this.#extensionRepeated = options.extensionRepeated ?? 'replace';
  }

  parse(log: RawLog): ParsedLog {
    const base = runProgram(this.#program, log, this.#limits);
    const { state } = base;
    if (base.error !== null || base.dropped !== null) return ended(base);
    const outputs = readOutputs(state);
    if (outputs === null) return failed(state, UNUSABLE_OUTPUT);
    if (outputs.length === 0) return failed(state, NO_OUTPUT);
    // An extension is for logs of one event: which of several would it extend?
    const extending = this.#extension !== null && outputs.length === 1 ? this.#extension : null;
    const extension = extending === null ? null : runProgram(extending, log, this.#limits);
    if (extension !== null && extension.error !== null) return failed(state, ofExtension(extension.error));
    const extended = extension === null || extension.dropped !== null ? [] : readOutputs(extension.state);
    if (extended === null) return failed(state, ofExtension(UNUSABLE_OUTPUT));
    const records = recordOutputs(outputs, extended, state, log, {
      logType: this.logType,
      validation: this.#validation,
      extensionRepeated: this.#extensionRepeated,
    });
    const errors: UdmProblem[] = [];
    for (const problem of records.problems) {
      if (problem.severity === 'error') errors.push(problem);
      else if (state.warnings.length < WARNINGS_LIMIT) state.warnings.push(shortMessage(problem.message));
    }
    if (errors.length > 0) return failed(state, invalidRecord(errors));
    return { ...nothing(state), events: records.events, entities: records.entities };
  }
}

function nothing(state: ParserState): ParsedLog {
  const { warnings, statedumps } = state;
  return { events: [], entities: [], error: null, dropped: null, warnings, statedumps };
}

function ended({ state, error, dropped }: ProgramRun): ParsedLog {
  return { ...nothing(state), error, dropped };
}

function failed(state: ParserState, error: ParseFailure): ParsedLog {
  return { ...nothing(state), error };
}

function ofExtension({ code, message }: ParseFailure): ParseFailure {
  return { code, message: `parser extension: ${message}` };
}

function invalidRecord(errors: readonly UdmProblem[]): ParseFailure {
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  const text = JSON.stringify(`generic::invalid_argument: ${shortMessage(errors[0]?.message ?? '')}${more}`);
  return {
    code: 'LOG_PARSING_GENERATED_INVALID_EVENT',
    message: `generic::invalid_argument: pipeline.ParseLogEntry failed: LOG_PARSING_GENERATED_INVALID_EVENT: ${text}`,
  };
}

const NO_OUTPUT: ParseFailure = {
  code: 'LOG_PARSING_NO_OUTPUT',
  message: 'LOG_PARSING_NO_OUTPUT: the parser ended without an event in @output and without a drop',
};

const UNUSABLE_OUTPUT: ParseFailure = {
  code: 'LOG_PARSING_GENERATED_INVALID_EVENT',
  message:
    'LOG_PARSING_GENERATED_INVALID_EVENT: what was merged into @output holds neither idm.read_only_udm nor idm.entity',
};
