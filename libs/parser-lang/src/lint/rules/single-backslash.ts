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
import { grokPatternsOf } from '../analysis/grok-captures.ts';
import type { LintContext } from '../lint-context.ts';
import type { Finding, LintRule } from '../rule.ts';

/** Separators of which the filter itself reads escapes, once the string has let them through. */
const SEPARATORS = ['field_split', 'value_split', 'separator'];

/** What an author escapes for a regular expression; before other punctuation a backslash does no harm. */
const MEANT_AS_ESCAPE = /[A-Za-z.[\](){}+*?|^$]/;

export const singleBackslash: LintRule = {
  name: 'single-backslash',
  doc: 'A backslash is dropped from a string, so that "\\d" means the letter d and "\\." any character.',
  severity: 'warning',
  *check(context) {
    for (const literal of filterPatterns(context)) yield* droppedInFilter(context.text, literal);
    for (const literal of conditionPatterns(context)) yield* droppedInCondition(context.text, literal);
  },
};

function* droppedInFilter(text: string, literal: StringLiteral): Generator<Finding> {
  if (!literal.quoted) return;
  let escaped = false;
  for (let at = literal.span.start + 1; at < literal.span.end - 1; at++) {
    if (text.charAt(at) !== '\\') {
      escaped = false;
      continue;
    }
    const next = text.charAt(at + 1);
    if (next === '\\') {
      escaped = !escaped;
      at++;
      continue;
    }
    // Behind one backslash of the value the character is escaped after all: "\\\\\\d" says the same as "\\\\d".
    if (MEANT_AS_ESCAPE.test(next) && !escaped) yield dropped(at, at + 2, next, `write \\\\${next}`);
    escaped = false;
    at++;
  }
}

/** In a condition four backslashes make one. */
function* droppedInCondition(text: string, literal: StringLiteral): Generator<Finding> {
  if (!literal.quoted) return;
  const raw = text.slice(literal.span.start + 1, literal.span.end - 1);
  for (const { 0: run, index } of raw.matchAll(/\\+/g)) {
    const next = raw.charAt(index + run.length);
    if (run.length >= 4 || !MEANT_AS_ESCAPE.test(next)) continue;
    const start = literal.span.start + 1 + index;
    yield dropped(start, start + run.length + 1, next, `write \\\\\\\\${next}, or /\\${next}/ without quotes`);
  }
}

function dropped(start: number, end: number, character: string, hint: string): Finding {
  return { span: { start, end }, message: `"\\${character}" in a string is the character ${character}`, hint };
}

/** Strings that are regular expressions or separators: elsewhere a backslash that is dropped does no harm. */
function* filterPatterns({ program }: LintContext): Generator<StringLiteral> {
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
}

function* conditionPatterns({ program }: LintContext): Generator<StringLiteral> {
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
