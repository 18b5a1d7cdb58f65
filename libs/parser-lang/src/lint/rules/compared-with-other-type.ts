import type { FieldReference, Literal, Operand } from '../../syntax/tree.ts';
import { eachStatement, eachTerm } from '../analysis/statement-walk.ts';
import type { Finding, LintRule } from '../rule.ts';
import type { ValueKind } from '../analysis/plugin-effects.ts';

export const comparedWithOtherType: LintRule = {
  name: 'compared-with-other-type',
  doc: 'A string is compared with a number or boolean, or the other way round, which is never equal.',
  severity: 'warning',
  *check({ program, trace }) {
    const kinds = new Map<number, ValueKind>();
    for (const use of trace.uses) {
      if (use.via === 'condition' && use.kind !== null) kinds.set(use.span.start, use.kind);
    }
    for (const statement of eachStatement(program.statements)) {
      if (statement.kind !== 'if') continue;
      for (const { condition } of statement.branches) {
        for (const term of eachTerm(condition)) {
          if (term.kind !== 'comparison' || term.operator === '=~' || term.operator === '!~') continue;
          const found = compare(term.left, term.right, kinds) ?? compare(term.right, term.left, kinds);
          if (found !== null) yield found;
        }
      }
    }
  },
};

function compare(field: Operand, literal: Operand, kinds: ReadonlyMap<number, ValueKind>): Finding | null {
  if (field.kind !== 'field') return null;
  const kind = kinds.get(field.span.start);
  if (literal.kind !== 'number' && literal.kind !== 'boolean' && literal.kind !== 'string') return null;
  if (kind !== 'string' && kind !== 'number' && kind !== 'boolean') return null;
  if (kind === literal.kind) return null;
  // Empty asks whether there is anything, which authors do of numbers and flags as well.
  if (literal.kind === 'string' && literal.text === '') return null;
  return {
    span: literal.span,
    message: `"${field.names.join('.')}" is a ${kind} here, and never equal to a ${literal.kind}`,
    hint: hintFor(field, literal, kind),
  };
}

function hintFor(field: FieldReference, literal: Literal, kind: ValueKind): string {
  if (kind === 'string' && literal.kind === 'number') return `write "${literal.text}" in quotes`;
  if (kind === 'string' && literal.kind === 'boolean') return `write "${String(literal.value)}" in quotes`;
  if (kind === 'number' && literal.kind === 'string' && /^-?\d+(\.\d+)?$/.test(literal.text)) {
    return `write ${literal.text} without quotes`;
  }
  if (kind === 'boolean') return `write [${field.names.join('][')}] or ![${field.names.join('][')}]`;
  return 'compare with a value of its type, or convert it first';
}
