import { compileRegExp, type LinearRegExp, RegExpSyntaxError } from '@logweave/grok';
import { numberOf, type Value } from '@logweave/udm';
import { Failure } from '../extraction.ts';
import { compareValues, isIn, isTrue, valuesEqual } from '../runtime/compare.ts';
import { compilePath } from '../runtime/dynamic-path.ts';
import type { ParserState } from '../runtime/parser-state.ts';
import { getToken, namesOf, type PathNames } from '../runtime/token-path.ts';
import type {
  ComparisonCondition,
  Condition,
  FieldReference,
  Literal,
  MembershipCondition,
  Operand,
} from '../syntax/tree.ts';
import type { CompileContext } from './compile-context.ts';

/** A condition, ready to be asked. Fails when it names a token that was never set. */
export type Test = (state: ParserState) => boolean | Failure;

type Reader = (state: ParserState) => Value | undefined | Failure;

export interface ConditionRules {
  /** The flags of `on_error`, which are false until something fails. */
  readonly flags: ReadonlySet<string>;
  /** False takes a name that was never set for false and unequal to everything. */
  readonly strict: boolean;
}

export function compileCondition(condition: Condition, context: CompileContext, rules: ConditionRules): Test {
  switch (condition.kind) {
    case 'logical':
      return compileLogical(
        condition.operator,
        compileCondition(condition.left, context, rules),
        compileCondition(condition.right, context, rules),
      );
    case 'not': {
      const operand = compileCondition(condition.operand, context, rules);
      return (state) => {
        const value = operand(state);
        return value instanceof Failure ? value : !value;
      };
    }
    case 'comparison':
      return compileComparison(condition, context, rules);
    case 'membership':
      return compileMembership(condition, context, rules);
    case 'operand': {
      const read = compileOperand(condition.operand, rules);
      return (state) => {
        const value = read(state);
        return value instanceof Failure ? value : isTrue(value);
      };
    }
    default:
      return condition satisfies never;
  }
}

function compileLogical(operator: 'and' | 'or' | 'nand' | 'xor', left: Test, right: Test): Test {
  switch (operator) {
    case 'and':
      return (state) => {
        const first = left(state);
        return first === true ? right(state) : first;
      };
    case 'or':
      return (state) => {
        const first = left(state);
        return first === false ? right(state) : first;
      };
    case 'nand':
      return (state) => {
        const first = left(state);
        const both = first === true ? right(state) : first;
        return both instanceof Failure ? both : !both;
      };
    case 'xor':
      return (state) => {
        const first = left(state);
        if (first instanceof Failure) return first;
        const second = right(state);
        return second instanceof Failure ? second : first !== second;
      };
    default:
      return operator satisfies never;
  }
}

function compileComparison(condition: ComparisonCondition, context: CompileContext, rules: ConditionRules): Test {
  const { operator } = condition;
  if (operator === '=~' || operator === '!~') return compileMatch(condition, context, rules);
  const left = compileOperand(condition.left, rules);
  const right = compileOperand(condition.right, rules);
  const holds = HOLDS[operator];
  const constant = constantOf(condition.right);
  if (typeof constant === 'string' && constant.length <= SHORT_TEXT && (operator === '==' || operator === '!=')) {
    return compileTextComparison(left, constant, operator === '==');
  }
  if (constant !== undefined) {
    return (state) => {
      const value = left(state);
      return value instanceof Failure ? value : holds(state, value, constant);
    };
  }
  return (state) => {
    const first = left(state);
    if (first instanceof Failure) return first;
    const second = right(state);
    return second instanceof Failure ? second : holds(state, first, second);
  };
}

/** So short a text costs no more to compare with than a statement does anyhow. */
const SHORT_TEXT = 1_024;

/** The comparison that most conditions are. */
function compileTextComparison(left: Reader, text: string, wanted: boolean): Test {
  return (state) => {
    const value = left(state);
    if (typeof value === 'string' || value === undefined) return (value === text) === wanted;
    return value instanceof Failure ? value : valuesEqual(state, value, text) === wanted;
  };
}

type Holds = (state: ParserState, left: Value | undefined, right: Value | undefined) => boolean;

const HOLDS: Readonly<Record<'==' | '!=' | '<' | '<=' | '>' | '>=', Holds>> = {
  '==': valuesEqual,
  '!=': (state, left, right) => !valuesEqual(state, left, right),
  '<': (state, left, right) => (compareValues(state, left, right) ?? 0) < 0,
  '<=': (state, left, right) => (compareValues(state, left, right) ?? 1) <= 0,
  '>': (state, left, right) => (compareValues(state, left, right) ?? 0) > 0,
  '>=': (state, left, right) => (compareValues(state, left, right) ?? -1) >= 0,
};

function compileMatch(condition: ComparisonCondition, context: CompileContext, rules: ConditionRules): Test {
  const { left, right, operator } = condition;
  const read = compileOperand(left, rules);
  const wanted = operator === '=~';
  const source = right.kind === 'regexp' ? right.source : right.kind === 'string' ? right.text : undefined;
  if (source === undefined) {
    const hint = 'write [a] =~ "expression"';
    context.error(`"${operator}" needs a regular expression in quotes or slashes`, hint, right.span);
    return () => false;
  }
  const expression = compileExpression(source, right, context);
  if (expression === null) return () => false;
  return (state) => {
    const value = read(state);
    if (value instanceof Failure) return value;
    if (typeof value !== 'string') return !wanted;
    state.countWork(value.length);
    return expression.test(value) === wanted;
  };
}

/** The expression; null when it is none, which is reported. As in the reference engine the parser loads all the same. */
export function compileExpression(
  source: string,
  { span }: { readonly span: { start: number; end: number } },
  context: CompileContext,
): LinearRegExp | null {
  try {
    return compileRegExp(source);
  } catch (error) {
    if (!(error instanceof RegExpSyntaxError)) throw error;
    context.warning(
      `invalid regular expression: ${error.message} (at character ${error.offset + 1})`,
      error.hint,
      span,
    );
    return null;
  }
}

function compileMembership(condition: MembershipCondition, _context: CompileContext, rules: ConditionRules): Test {
  const { negated } = condition;
  const left = compileOperand(condition.left, rules);
  const constant = constantOf(condition.right);
  if (Array.isArray(constant)) {
    const texts = new Set(constant);
    // Sets tell by identity, which is equality for texts; other kinds are compared one by one.
    const others = constant.filter((item) => typeof item !== 'string');
    return (state) => {
      const value = left(state);
      if (value instanceof Failure) return value;
      const found =
        typeof value === 'string' ? texts.has(value) : others.some((item) => valuesEqual(state, value, item));
      return found !== negated;
    };
  }
  const right = compileOperand(condition.right, rules);
  return (state) => {
    const value = left(state);
    if (value instanceof Failure) return value;
    const holder = right(state);
    if (holder instanceof Failure) return holder;
    return isIn(state, value, holder) !== negated;
  };
}

/** The value of an operand that is the same for every log; undefined for fields. */
function constantOf(operand: Operand): Value | undefined {
  return operand.kind === 'field' || operand.kind === 'regexp' ? undefined : literalValue(operand);
}

function literalValue(literal: Literal): Value {
  switch (literal.kind) {
    case 'string':
    case 'code':
      return literal.text;
    case 'number':
      return numberOf(literal.text.replace(/^\+/, ''));
    case 'boolean':
      return literal.value;
    case 'array':
      return literal.items.map(literalValue);
    case 'hash':
      return new Map(literal.pairs.map(({ key, value }) => [key, literalValue(value)]));
    default:
      return literal satisfies never;
  }
}

function compileOperand(operand: Operand, rules: ConditionRules): Reader {
  if (operand.kind === 'field') return compileField(operand, rules);
  const constant = operand.kind === 'regexp' ? operand.source : literalValue(operand);
  return () => constant;
}

function compileField(field: FieldReference, rules: ConditionRules): Reader {
  if (field.names.some((name) => name.includes('%{'))) {
    const path = compilePath(field.names.join('.'));
    return (state) => {
      const names = path.resolve(state);
      return names instanceof Failure ? names : readField(state, names, rules);
    };
  }
  const [only] = field.names;
  if (field.names.length === 1 && only?.includes('.')) {
    // One bracket with dots: a key of that name if there is one, else a path.
    const names = namesOf(only);
    return (state) => state.tokens.get(only) ?? readField(state, names, rules);
  }
  const { names } = field;
  if (names.length === 1 && only !== undefined) return (state) => state.tokens.get(only) ?? absent(state, names, rules);
  return (state) => readField(state, names, rules);
}

function readField(state: ParserState, names: PathNames, rules: ConditionRules): Value | undefined | Failure {
  return getToken(state, names) ?? absent(state, names, rules);
}

/** What stands for a token that is not set: nothing, false for a flag, a failure for a name that was never set. */
function absent(state: ParserState, names: PathNames, rules: ConditionRules): undefined | false | Failure {
  const root = names[0] ?? '';
  if (names.length === 1 && rules.flags.has(root)) return false;
  if (state.tokens.has(root) || !rules.strict || rules.flags.has(root) || state.attempted?.has(root)) return undefined;
  return new Failure(`failed to evaluate expression: "${root}" not found in state data`);
}
