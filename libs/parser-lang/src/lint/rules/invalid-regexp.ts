import { CORE_LIBRARY, compileGrok, compileRegExp, GrokError, RegExpSyntaxError } from '@logweave/grok';
import type { Operand, Span, StringLiteral } from '../../syntax/tree.ts';
import { asGroup, grokParts, grokPatternsOf } from '../analysis/grok-captures.ts';
import { isDynamic } from '../analysis/interpolations.ts';
import { sourceOffsets } from '../analysis/source-offsets.ts';
import { eachPlugin, eachStatement, eachTerm, stringsOf } from '../analysis/statement-walk.ts';
import type { Finding, LintRule } from '../rule.ts';

export const invalidRegexp: LintRule = {
  name: 'invalid-regexp',
  doc: 'A regular expression is not RE2 syntax, which has no look-around and no back references, and so never matches.',
  severity: 'warning',
  *check({ program, text }) {
    for (const plugin of eachPlugin(program)) {
      if (plugin.name === 'grok') {
        for (const { pattern } of grokPatternsOf(plugin)) yield* checkGrok(pattern, text);
      }
      if (plugin.name !== 'mutate') continue;
      for (const { name, value } of plugin.options) {
        if (name !== 'gsub') continue;
        const expressions = stringsOf(value).filter((_, at) => at % 3 === 1);
        for (const expression of expressions) yield* checkString(expression, text);
      }
    }
    for (const statement of eachStatement(program.statements)) {
      if (statement.kind !== 'if') continue;
      for (const { condition } of statement.branches) {
        for (const term of eachTerm(condition)) {
          if (term.kind !== 'comparison' || (term.operator !== '=~' && term.operator !== '!~')) continue;
          yield* checkOperand(term.right, text);
        }
      }
    }
  },
};

function* checkGrok(pattern: StringLiteral, source: string): Generator<Finding> {
  // unknown-grok-pattern tells of these.
  if (grokParts(pattern.text).some(({ library }) => library !== null && !CORE_LIBRARY.patterns.has(library))) return;
  const { text, added } = asGroup(pattern.text);
  try {
    compileGrok(text);
  } catch (error) {
    if (!(error instanceof GrokError)) throw error;
    yield finding(error, stringPlace(source, pattern, Math.max(0, error.offset - added)));
  }
}

function* checkString(literal: StringLiteral, text: string): Generator<Finding> {
  if (isDynamic(literal.text)) return;
  const error = syntaxError(literal.text);
  if (error !== null) yield finding(error, stringPlace(text, literal, error.offset));
}

function* checkOperand(operand: Operand, text: string): Generator<Finding> {
  if (operand.kind === 'string') yield* checkString(operand, text);
  if (operand.kind !== 'regexp') return;
  const error = syntaxError(operand.source);
  if (error === null) return;
  // An escaped slash is one character of the expression and two of the text.
  let at = operand.span.start + 1;
  for (let left = error.offset; left > 0; left--) at += text.startsWith('\\/', at) ? 2 : 1;
  yield finding(error, { start: at, end: Math.min(at + 1, operand.span.end) });
}

function syntaxError(source: string): RegExpSyntaxError | null {
  try {
    compileRegExp(source);
    return null;
  } catch (error) {
    if (!(error instanceof RegExpSyntaxError)) throw error;
    return error;
  }
}

function stringPlace(text: string, literal: StringLiteral, offset: number): Span {
  const offsets = sourceOffsets(text, literal);
  const start = offsets(offset);
  return { start, end: Math.max(start + 1, offsets(offset + 1)) };
}

function finding(error: GrokError | RegExpSyntaxError, span: Span): Finding {
  // The message quotes the expression, which a grok pattern makes long.
  const message = error.message.length <= 120 ? error.message : `${error.message.slice(0, 119)}…`;
  return { span, message, hint: error.hint === '' ? 'see the syntax of RE2' : error.hint };
}
