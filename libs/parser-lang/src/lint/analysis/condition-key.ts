import type { Condition, Operand } from '../../syntax/tree.ts';

/**
 * A text that two conditions share when they say the same in the same words, blanks and quotes aside. Operators stand
 * before their operands; a long chain of `and` is a deep tree, so this does not recurse.
 */
export function conditionKey(condition: Condition): string {
  const parts: string[] = [];
  const waiting: Condition[] = [condition];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    switch (next.kind) {
      case 'logical':
        parts.push(next.operator);
        waiting.push(next.right, next.left);
        break;
      case 'not':
        parts.push('!');
        waiting.push(next.operand);
        break;
      case 'comparison':
        parts.push(`${operandKey(next.left)} ${next.operator} ${operandKey(next.right)}`);
        break;
      case 'membership':
        parts.push(`${operandKey(next.left)} ${next.negated ? 'not in' : 'in'} ${operandKey(next.right)}`);
        break;
      case 'operand':
        parts.push(operandKey(next.operand));
        break;
      default:
        throw new Error(`no such condition: ${String(next satisfies never)}`);
    }
  }
  return parts.join(' ; ');
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
