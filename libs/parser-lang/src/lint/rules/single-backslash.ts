import type { Literal, StringLiteral } from '../../syntax/tree.ts';
import {
  eachLiteral,
  eachPlugin,
  eachStatement,
  eachTerm,
  operandsOf,
  stringOption,
  stringsOf,
} from '../analysis/statement-walk.ts';
import { isDropped } from '../analysis/source-offsets.ts';
import { grokPatternsOf } from '../analysis/grok-captures.ts';
import type { LintContext } from '../lint-context.ts';
import type { LintRule } from '../rule.ts';

/** Separators of which the filter itself reads escapes, once the string has let them through. */
const SEPARATORS = ['field_split', 'value_split', 'separator'];

export const singleBackslash: LintRule = {
  name: 'single-backslash',
  doc: 'A backslash before a letter is dropped from a string, so that "\\d" means the letter d.',
  severity: 'warning',
  *check(context) {
    for (const literal of patternLiterals(context)) {
      if (!literal.quoted) continue;
      const quote = context.text.charAt(literal.span.start);
      let escaped = false;
      for (let at = literal.span.start + 1; at < literal.span.end - 1; at++) {
        if (context.text.charAt(at) !== '\\') {
          escaped = false;
          continue;
        }
        const next = context.text.charAt(at + 1);
        if (next === '\\') {
          escaped = !escaped;
          at++;
          continue;
        }
        // Behind one backslash of the value the letter is escaped after all: "\\\\\\d" says the same as "\\\\d".
        if (/[A-Za-z]/.test(next) && isDropped(next, quote) && !escaped) {
          yield {
            span: { start: at, end: at + 2 },
            message: `"\\${next}" in a string is the letter ${next}`,
            hint: `write \\\\${next}`,
          };
        }
        escaped = false;
        at++;
      }
    }
  },
};

/** Strings that are regular expressions or separators: elsewhere a backslash that is dropped does no harm. */
function* patternLiterals({ program }: LintContext): Generator<StringLiteral> {
  for (const plugin of eachPlugin(program)) {
    for (const { pattern } of grokPatternsOf(plugin)) yield pattern;
    for (const name of SEPARATORS) {
      const separator = stringOption(plugin, name);
      if (separator !== null) yield separator;
    }
    for (const option of plugin.options) {
      if (plugin.name === 'mutate' && option.name === 'gsub') yield* stringsOf(option.value);
    }
  }
  for (const statement of eachStatement(program.statements)) {
    if (statement.kind !== 'if') continue;
    for (const { condition } of statement.branches) {
      for (const term of eachTerm(condition)) {
        for (const operand of operandsOf(term)) {
          if (operand.kind === 'field' || operand.kind === 'regexp') continue;
          for (const literal of eachLiteral(operand satisfies Literal)) if (literal.kind === 'string') yield literal;
        }
      }
    }
  }
}
