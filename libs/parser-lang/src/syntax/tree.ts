/** The syntax tree of a parser. Offsets are in UTF-16 code units of the parser's text. */

export interface Span {
  readonly start: number;
  /** Behind the last character. */
  readonly end: number;
}

export interface Program {
  readonly statements: readonly Statement[];
  /** How many filters and control-flow statements there are; each has its own `index` below this. */
  readonly statementCount: number;
}

export type Statement = PluginStatement | IfStatement | ForStatement;

/** `name { option => value … }`. */
export interface PluginStatement {
  readonly kind: 'plugin';
  /** Counts filters and control-flow statements from 0 in the order of the text, as error messages do. */
  readonly index: number;
  readonly name: string;
  readonly nameSpan: Span;
  readonly options: readonly Option[];
  readonly span: Span;
}

export interface Option {
  readonly name: string;
  readonly nameSpan: Span;
  readonly value: Literal;
  readonly span: Span;
}

export type Literal = StringLiteral | NumberLiteral | BooleanLiteral | ArrayLiteral | HashLiteral | CodeLiteral;

export interface StringLiteral {
  readonly kind: 'string';
  /** With escapes resolved. */
  readonly text: string;
  readonly quoted: boolean;
  readonly span: Span;
}

export interface NumberLiteral {
  readonly kind: 'number';
  readonly text: string;
  readonly span: Span;
}

export interface BooleanLiteral {
  readonly kind: 'boolean';
  readonly value: boolean;
  readonly span: Span;
}

export interface ArrayLiteral {
  readonly kind: 'array';
  readonly items: readonly Literal[];
  readonly span: Span;
}

export interface HashLiteral {
  readonly kind: 'hash';
  readonly pairs: readonly HashPair[];
  readonly span: Span;
}

export interface HashPair {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: Literal;
}

/** Text in backquotes: the body of a `code` filter. */
export interface CodeLiteral {
  readonly kind: 'code';
  readonly text: string;
  readonly span: Span;
}

export interface IfStatement {
  readonly kind: 'if';
  readonly index: number;
  readonly branches: readonly Branch[];
  readonly otherwise: readonly Statement[] | null;
  readonly span: Span;
}

export interface Branch {
  readonly condition: Condition;
  readonly body: readonly Statement[];
}

export interface ForStatement {
  readonly kind: 'for';
  readonly index: number;
  /** One or two names: `x`, or `i, x`. */
  readonly names: readonly string[];
  readonly source: LoopSource;
  readonly body: readonly Statement[];
  readonly span: Span;
}

export type LoopSource =
  | { readonly kind: 'list' | 'map'; readonly path: string; readonly span: Span }
  | { readonly kind: 'xml'; readonly token: string; readonly xpath: string; readonly span: Span };

export type Condition = LogicalCondition | NotCondition | ComparisonCondition | MembershipCondition | OperandCondition;

export interface LogicalCondition {
  readonly kind: 'logical';
  readonly operator: 'and' | 'or' | 'nand' | 'xor';
  readonly left: Condition;
  readonly right: Condition;
  readonly span: Span;
}

export interface NotCondition {
  readonly kind: 'not';
  readonly operand: Condition;
  readonly span: Span;
}

export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | '=~' | '!~';

export interface ComparisonCondition {
  readonly kind: 'comparison';
  readonly operator: ComparisonOperator;
  readonly left: Operand;
  readonly right: Operand;
  readonly span: Span;
}

export interface MembershipCondition {
  readonly kind: 'membership';
  readonly negated: boolean;
  readonly left: Operand;
  readonly right: Operand;
  readonly span: Span;
}

/** A bare operand: true by its truth. */
export interface OperandCondition {
  readonly kind: 'operand';
  readonly operand: Operand;
  readonly span: Span;
}

export type Operand = FieldReference | RegExpLiteral | Literal;

/** `[a][b][0]`. */
export interface FieldReference {
  readonly kind: 'field';
  readonly names: readonly string[];
  readonly span: Span;
}

/** `/…/` behind `=~` or `!~`. */
export interface RegExpLiteral {
  readonly kind: 'regexp';
  readonly source: string;
  readonly span: Span;
}
