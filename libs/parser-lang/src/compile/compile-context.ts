import type { Diagnostic } from '../syntax/diagnostic.ts';
import type { HashLiteral, Literal, PluginStatement, Span, StringLiteral } from '../syntax/tree.ts';

/** What compiling a program finds out and shares between its filters. */
export class CompileContext {
  readonly diagnostics: Diagnostic[] = [];

  error(message: string, hint: string, span: Span): void {
    this.diagnostics.push({ rule: 'compile', severity: 'error', message, hint, span });
  }

  warning(message: string, hint: string, span: Span): void {
    this.diagnostics.push({ rule: 'compile', severity: 'warning', message, hint, span });
  }
}

/** Reads the options of one filter. Unknown options are left alone, as the reference engine leaves them. */
export class FilterOptions {
  readonly context: CompileContext;
  readonly statement: PluginStatement;
  /** Whether nothing of the program runs after this filter, whatever the log. */
  readonly isLast: boolean;

  constructor(statement: PluginStatement, context: CompileContext, isLast = false) {
    this.statement = statement;
    this.context = context;
    this.isLast = isLast;
  }

  /** All values of the option: one that stands twice has two. */
  all(name: string): readonly Literal[] {
    return this.statement.options.filter((option) => option.name === name).map((option) => option.value);
  }

  /** The option's text; a number or a boolean gives the text it is written as. */
  text(name: string): string | undefined {
    const value = this.all(name).at(-1);
    if (value === undefined) return undefined;
    const text = textOf(value);
    if (text === undefined) this.#mistyped(name, 'a string', value.span);
    return text;
  }

  required(name: string): string {
    const text = this.text(name);
    if (text !== undefined) return text;
    if (this.all(name).length === 0) {
      const { name: filter, nameSpan } = this.statement;
      this.context.error(`"${filter}" needs the option "${name}"`, `add ${name} => "…"`, nameSpan);
    }
    return '';
  }

  /** True for `true` and `"true"`. */
  flag(name: string): boolean {
    return this.text(name) === 'true';
  }

  /** The texts of an array, or of one string that stands for an array of one. */
  list(name: string): readonly StringLiteral[] {
    return this.all(name).flatMap(
      (value) => stringsOf(value) ?? this.#mistyped(name, 'an array of strings', value.span),
    );
  }

  hashes(name: string): readonly HashLiteral[] {
    return this.all(name).flatMap((value) => {
      if (value.kind === 'hash') return [value];
      return this.#mistyped(name, 'a hash', value.span);
    });
  }

  /** The pairs of a hash whose values are single texts, in the order of the text. */
  pairs(name: string): readonly TextPair[] {
    return this.hashes(name).flatMap((hash) =>
      hash.pairs.flatMap(({ key, keySpan, value }) => {
        const text = textOf(value);
        if (text === undefined) return this.#mistyped(`${name} of "${key}"`, 'a string', value.span);
        return [{ key, keySpan, text, span: value.span }];
      }),
    );
  }

  #mistyped(name: string, wanted: string, span: Span): [] {
    this.context.error(
      `"${name}" of "${this.statement.name}" must be ${wanted}`,
      'see the reference of this filter',
      span,
    );
    return [];
  }
}

export interface TextPair {
  readonly key: string;
  readonly keySpan: Span;
  readonly text: string;
  readonly span: Span;
}

function textOf(value: Literal): string | undefined {
  switch (value.kind) {
    case 'string':
    case 'number':
      return value.text;
    case 'boolean':
      return String(value.value);
    case 'array':
      // `["x"]` for "x" is written by mistake and read as it is meant.
      return value.items.length === 1 && value.items[0] !== undefined ? textOf(value.items[0]) : undefined;
    default:
      return undefined;
  }
}

/** The items of an array as strings, or one string; undefined for anything else. */
export function stringsOf(value: Literal): readonly StringLiteral[] | undefined {
  const items = value.kind === 'array' ? value.items : [value];
  const strings: StringLiteral[] = [];
  for (const item of items) {
    const text = item.kind === 'array' || item.kind === 'hash' || item.kind === 'code' ? undefined : textOf(item);
    if (text === undefined) return undefined;
    strings.push({ kind: 'string', text, quoted: true, span: item.span });
  }
  return strings;
}
