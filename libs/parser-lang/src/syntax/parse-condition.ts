import { parseArray, parseLiteral } from './parse-literal.ts';
import { type Scanner, SyntaxFault } from './scanner.ts';
import type { ComparisonOperator, Condition, FieldReference, Literal, LogicalCondition, Operand } from './tree.ts';

/** How deep parentheses and negations may nest. */
const DEPTH_LIMIT = 100;

/** How many comparisons one condition may have: a chain of `and` becomes a tree as deep as the chain is long. */
const TERM_LIMIT = 1000;

interface Terms {
  left: number;
}

const COMPARISONS: readonly ComparisonOperator[] = ['==', '!=', '<=', '>=', '=~', '!~', '<', '>'];

/**
 * An expression of `if`. Comparison binds tightest, then `!`, then `and` and `nand`, then `or` and `xor`, from left to
 * right, as in Logstash.
 */
export function parseCondition(scanner: Scanner): Condition {
  return parseDisjunction(scanner, 0, { left: TERM_LIMIT });
}

function parseDisjunction(scanner: Scanner, depth: number, terms: Terms): Condition {
  let left = parseConjunction(scanner, depth, terms);
  for (;;) {
    const operator = scanner.takeWord('or') || scanner.take('||') ? 'or' : scanner.takeWord('xor') ? 'xor' : null;
    if (operator === null) return left;
    left = logical(operator, left, parseConjunction(scanner, depth, terms));
  }
}

function parseConjunction(scanner: Scanner, depth: number, terms: Terms): Condition {
  let left = parseUnary(scanner, depth, terms);
  for (;;) {
    const operator = scanner.takeWord('and') || scanner.take('&&') ? 'and' : scanner.takeWord('nand') ? 'nand' : null;
    if (operator === null) return left;
    left = logical(operator, left, parseUnary(scanner, depth, terms));
  }
}

function logical(operator: LogicalCondition['operator'], left: Condition, right: Condition): LogicalCondition {
  return { kind: 'logical', operator, left, right, span: { start: left.span.start, end: right.span.end } };
}

function parseUnary(scanner: Scanner, depth: number, terms: Terms): Condition {
  if (depth > DEPTH_LIMIT) {
    throw scanner.fault(`conditions nest more than ${DEPTH_LIMIT} deep`, 'split the condition over several "if"');
  }
  const next = scanner.peek();
  const start = scanner.at;
  if (next === '!' || /^not$/i.test(scanner.lookWord() ?? '')) {
    scanner.at += next === '!' ? 1 : 3;
    const operand = parseUnary(scanner, depth + 1, terms);
    return { kind: 'not', operand, span: { start, end: operand.span.end } };
  }
  if (next === '(') {
    scanner.at++;
    const inner = parseDisjunction(scanner, depth + 1, terms);
    scanner.expect(')', 'to close the parenthesis', 'every "(" of a condition needs its ")"');
    return inner;
  }
  if (terms.left-- <= 0) {
    throw scanner.fault(
      `a condition has more than ${TERM_LIMIT} comparisons`,
      'write [a] in ["x", "y"], or several "if"',
    );
  }
  return parseComparison(scanner);
}

function parseComparison(scanner: Scanner): Condition {
  const left = parseOperand(scanner);
  const start = left.span.start;
  for (const operator of COMPARISONS) {
    if (!scanner.take(operator)) continue;
    const right = operator === '=~' || operator === '!~' ? parsePattern(scanner) : parseOperand(scanner);
    return { kind: 'comparison', operator, left, right, span: { start, end: scanner.at } };
  }
  if (scanner.peek() === '=') throw scanner.fault('"=" does not compare', 'write [a] == "x"');
  const negated = /^not$/i.test(scanner.lookWord() ?? '');
  if (negated) scanner.takeWord('not');
  if (scanner.takeWord('in')) {
    const right = parseOperand(scanner);
    return { kind: 'membership', negated, left, right, span: { start, end: scanner.at } };
  }
  if (negated) throw scanner.fault(`expected "in" after "not", found ${scanner.describe()}`, 'write [a] not in ["x"]');
  return { kind: 'operand', operand: left, span: left.span };
}

/** What stands behind `=~`: a string, a string in parentheses, `/…/`, or a field. */
function parsePattern(scanner: Scanner): Operand {
  const next = scanner.peek();
  if (next === '(') {
    scanner.at++;
    const inner = parsePattern(scanner);
    scanner.expect(')', 'to close the parenthesis', 'every "(" of a condition needs its ")"');
    return inner;
  }
  if (next !== '/') return parseOperand(scanner);
  const start = scanner.at;
  let end = start + 1;
  while (end < scanner.text.length && scanner.text[end] !== '/' && scanner.text[end] !== '\n') {
    end += scanner.text[end] === '\\' ? 2 : 1;
  }
  if (scanner.text[end] !== '/') throw scanner.fault('this regular expression has no end', 'close it with /');
  scanner.at = end + 1;
  const source = scanner.text.slice(start + 1, end).replaceAll('\\/', '/');
  return { kind: 'regexp', source, span: { start, end: scanner.at } };
}

/** A literal or a field. A bareword is a field too: `if key == "x"`. */
function parseOperand(scanner: Scanner): Operand {
  const next = scanner.peek();
  if (next === '[') return beginsArray(scanner) ? withoutEscapes(parseArray(scanner)) : parseField(scanner);
  if (next === '{') {
    throw scanner.fault(`expected a field or a value, found ${scanner.describe()}`, 'write if [a] == "x" { … }');
  }
  const literal = withoutEscapes(parseLiteral(scanner));
  if (literal.kind !== 'string' || literal.quoted) return literal;
  return { kind: 'field', names: literal.text.split('.'), span: literal.span };
}

/**
 * Strings of conditions lose their backslashes twice: the reference engine hands its conditions on to an evaluator of
 * expressions, which has escapes of its own. What a filter's string writes as `\\d` is `\\\\d` here.
 */
function withoutEscapes(literal: Literal): Literal {
  if (literal.kind === 'array') return { ...literal, items: literal.items.map(withoutEscapes) };
  return literal.kind === 'string' ? { ...literal, text: literal.text.replace(/\\([^])/g, '$1') } : literal;
}

/** A bracket opens an array when a string, a number or its end follows, else a field reference. */
function beginsArray(scanner: Scanner): boolean {
  if (scanner.peek() !== '[') return false;
  const before = scanner.at;
  scanner.at++;
  const next = scanner.peek();
  const number = scanner.number();
  scanner.peek();
  const behind = scanner.text.charAt(scanner.at);
  scanner.at = before;
  return next === '"' || next === "'" || next === ']' || (number !== null && (behind === ',' || behind === ']'));
}

function parseField(scanner: Scanner): FieldReference {
  const start = scanner.at;
  const names: string[] = [];
  let end = start;
  while (scanner.text[scanner.at] === '[') {
    const opened = scanner.at++;
    const name = scanner.until(']', 'this field reference');
    if (name.includes('\n')) {
      const span = { start: opened, end: opened + 1 };
      throw new SyntaxFault('this field reference has no end', 'close it with ]', span);
    }
    names.push(name.trim());
    end = scanner.at;
    // Blanks between brackets are taken when another bracket follows.
    const before = scanner.at;
    if (/^[ \t]+\[/.test(scanner.text.slice(before, before + 8))) scanner.peek();
  }
  return { kind: 'field', names, span: { start, end } };
}
