import type { Condition, Operand } from '../../syntax/tree.ts';

/** A text that two conditions share when they say the same in the same words, blanks and quotes aside. */
export function conditionKey(condition: Condition): string {
  switch (condition.kind) {
    case 'logical':
      return `(${conditionKey(condition.left)} ${condition.operator} ${conditionKey(condition.right)})`;
    case 'not':
      return `!${conditionKey(condition.operand)}`;
    case 'comparison':
      return `${operandKey(condition.left)} ${condition.operator} ${operandKey(condition.right)}`;
    case 'membership':
      return `${operandKey(condition.left)} ${condition.negated ? 'not in' : 'in'} ${operandKey(condition.right)}`;
    case 'operand':
      return operandKey(condition.operand);
    default:
      return condition satisfies never;
  }
}

function operandKey(operand: Operand): string {
  switch (operand.kind) {
    case 'field':
      return `[${operand.names.join('][')}]`;
    case 'regexp':
      return `/${operand.source}/`;
    case 'string':
    case 'code':
      return JSON.stringify(operand.text);
    case 'number':
      return operand.text;
    case 'boolean':
      return String(operand.value);
    case 'array':
      return `[${operand.items.map(operandKey).join(', ')}]`;
    case 'hash':
      return `{${operand.pairs.map(({ key, value }) => `${JSON.stringify(key)}: ${operandKey(value)}`).join(', ')}}`;
    default:
      return operand satisfies never;
  }
}
