import { Failure } from '../extraction.ts';
import { compilePath } from '../runtime/dynamic-path.ts';
import type { ParserState } from '../runtime/parser-state.ts';
import { getToken, setToken } from '../runtime/token-path.ts';
import type { ForStatement, IfStatement, PluginStatement, Program, Statement } from '../syntax/tree.ts';
import { compileLoop } from './compile-loop.ts';
import { type CompileContext, FilterOptions } from './compile-context.ts';
import { compileCondition, type ConditionRules, type Test } from './compile-condition.ts';
import { compileFilter } from './compile-filter.ts';
import type { Operation, Step, Stop } from './step.ts';

/** Sees every statement before and after it ran: for traces and for coverage. */
export interface StatementObserver {
  before(statement: Statement, state: ParserState): void;
  after(statement: Statement, state: ParserState, stop: Stop | undefined): void;
}

export interface CompileOptions {
  readonly strict: boolean;
  readonly observer?: StatementObserver;
}

/** Compiles a program to one function. Problems are reported to the context; then the function must not be used. */
export function compileProgram(program: Program, context: CompileContext, options: CompileOptions): Step {
  const flags = new Set<string>();
  collectFlags(program.statements, flags);
  return new ProgramCompiler(context, { flags, strict: options.strict }, options.observer).block(
    program.statements,
    true,
  );
}

/** The flags of every `on_error`. */
export function collectFlags(statements: readonly Statement[], flags: Set<string>): void {
  for (const statement of statements) {
    if (statement.kind === 'if') {
      for (const { body } of statement.branches) collectFlags(body, flags);
      collectFlags(statement.otherwise ?? [], flags);
    } else if (statement.kind === 'for') collectFlags(statement.body, flags);
    else {
      for (const { name, value } of statement.options) {
        if (name === 'on_error' && value.kind === 'string') flags.add(value.text);
      }
    }
  }
}

class ProgramCompiler {
  readonly #context: CompileContext;
  readonly #rules: ConditionRules;
  readonly #observer: StatementObserver | undefined;

  constructor(context: CompileContext, rules: ConditionRules, observer: StatementObserver | undefined) {
    this.#context = context;
    this.#rules = rules;
    this.#observer = observer;
  }

  /** @param isLast whether nothing runs behind the block */
  block(statements: readonly Statement[], isLast: boolean): Step {
    const steps = statements.map((statement, at) => {
      const step = this.#statement(statement, isLast && at === statements.length - 1);
      return this.#observed(statement, step);
    });
    const [only] = steps;
    if (steps.length === 1 && only !== undefined) return only;
    return (state) => {
      for (const step of steps) {
        const stop = step(state);
        if (stop !== undefined) return stop;
      }
      return undefined;
    };
  }

  #observed(statement: Statement, step: Step): Step {
    const observer = this.#observer;
    if (observer === undefined) return step;
    return (state) => {
      observer.before(statement, state);
      const stop = step(state);
      observer.after(statement, state, stop);
      return stop;
    };
  }

  #statement(statement: Statement, isLast: boolean): Step {
    switch (statement.kind) {
      case 'plugin':
        return compilePlugin(statement, this.#context, isLast);
      case 'if':
        return this.#if(statement, isLast);
      case 'for':
        return this.#for(statement);
      default:
        return statement satisfies never;
    }
  }

  #if(statement: IfStatement, isLast: boolean): Step {
    const tests: Test[] = [];
    const bodies: Step[] = [];
    for (const { condition, body } of statement.branches) {
      tests.push(compileCondition(condition, this.#context, this.#rules));
      bodies.push(this.block(body, isLast));
    }
    const otherwise = statement.otherwise === null ? undefined : this.block(statement.otherwise, isLast);
    const prefix = `filter conditional (${statement.index}) failed: `;
    const [test] = tests;
    const [body] = bodies;
    if (tests.length === 1 && test !== undefined && body !== undefined) {
      return (state) => {
        state.countStatement();
        const result = test(state);
        if (result === true) return body(state);
        if (result === false) return otherwise?.(state);
        return { kind: 'failed', message: prefix + result.message };
      };
    }
    return (state) => {
      state.countStatement();
      for (let at = 0; at < tests.length; at++) {
        const result = tests[at]?.(state);
        if (result === true) return bodies[at]?.(state);
        if (result instanceof Failure) return { kind: 'failed', message: prefix + result.message };
      }
      return otherwise?.(state);
    };
  }

  #for(statement: ForStatement): Step {
    return compileLoop(statement, this.block(statement.body, false));
  }
}

/** A filter with its `on_error`. */
export function compilePlugin(statement: PluginStatement, context: CompileContext, isLast = false): Step {
  const options = new FilterOptions(statement, context, isLast);
  const operation = compileFilter(options);
  const flag = options.text('on_error');
  const prefix = `filter ${statement.name} (${statement.index}) failed: `;
  return flag === undefined ? unguarded(operation, prefix) : guarded(operation, flag);
}

function unguarded(operation: Operation, prefix: string): Step {
  return (state) => {
    state.countStatement();
    const result = operation(state);
    if (!(result instanceof Failure)) return result;
    state.countError();
    return { kind: 'failed', message: prefix + result.message };
  };
}

function guarded(operation: Operation, flag: string): Step {
  const names = compilePath(flag).names ?? [flag];
  return (state) => {
    state.countStatement();
    const result = operation(state);
    if (result === undefined) {
      // A flag that is not set counts as false, so only one that was true has to be taken back.
      if (getToken(state, names) !== undefined) setToken(state, names, false);
      return undefined;
    }
    if (!(result instanceof Failure)) return result;
    setToken(state, names, true);
    state.countError();
    return undefined;
  };
}
