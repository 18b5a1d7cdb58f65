import { compileCondition, type ConditionRules } from '../compile/compile-condition.ts';
import { CompileContext } from '../compile/compile-context.ts';
import { compileLoop } from '../compile/compile-loop.ts';
import { collectFlags, compilePlugin } from '../compile/compile-program.ts';
import type { Step, Stop } from '../compile/step.ts';
import { Failure } from '../extraction.ts';
import type { ParserState } from '../runtime/parser-state.ts';
import { parseProgram } from '../syntax/parse-program.ts';
import type { Statement } from '../syntax/tree.ts';

/**
 * Runs a program by walking its tree: options, paths, texts and conditions are read anew for every log, and only the
 * compiled expressions are remembered. What the compiled program is measured against, and held to.
 */
export function interpretProgram(text: string, strict = true): Step {
  const { program } = parseProgram(text);
  const flags = new Set<string>();
  collectFlags(program.statements, flags);
  return (state) => runBlock(program.statements, state, { flags, strict });
}

function runBlock(statements: readonly Statement[], state: ParserState, rules: ConditionRules): Stop | undefined {
  for (const statement of statements) {
    const stop = runStatement(statement, state, rules);
    if (stop !== undefined) return stop;
  }
  return undefined;
}

function runStatement(statement: Statement, state: ParserState, rules: ConditionRules): Stop | undefined {
  const context = new CompileContext();
  switch (statement.kind) {
    case 'plugin':
      return compilePlugin(statement, context)(state);
    case 'for':
      return compileLoop(statement, (inner) => runBlock(statement.body, inner, rules))(state);
    case 'if': {
      state.countStatement();
      for (const { condition, body } of statement.branches) {
        const holds = compileCondition(condition, context, rules)(state);
        if (holds === true) return runBlock(body, state, rules);
        if (holds instanceof Failure) {
          return { kind: 'failed', message: `filter conditional (${statement.index}) failed: ${holds.message}` };
        }
      }
      return statement.otherwise === null ? undefined : runBlock(statement.otherwise, state, rules);
    }
    default:
      return statement satisfies never;
  }
}
