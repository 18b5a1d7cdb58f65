import type { Diagnostic } from '../syntax/diagnostic.ts';
import type { Program } from '../syntax/tree.ts';
import { createLintContext } from './lint-context.ts';
import { LINT_RULES } from './lint-rules.ts';
import { readSuppressions } from './suppressions.ts';

export interface LintOptions {
  /** Names of rules to leave out. */
  readonly disabled?: readonly string[];
}

/**
 * What the rules find in a parser, in the order of the text. Works on what could be read of a text with syntax errors
 * too. Comments in the text switch rules off: `# lint-disable rule` on the line or the line above.
 */
export function lintProgram(program: Program, text: string, options: LintOptions = {}): readonly Diagnostic[] {
  const context = createLintContext(program, text);
  const suppressions = readSuppressions(program, text);
  const diagnostics: Diagnostic[] = [];
  for (const rule of LINT_RULES) {
    if (options.disabled?.includes(rule.name) === true) continue;
    for (const { span, message, hint } of rule.check(context)) {
      if (suppressions.isOff(rule.name, span.start)) continue;
      diagnostics.push({ rule: rule.name, severity: rule.severity, message, hint, span });
    }
  }
  return diagnostics.sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
}
