import type { LocatedDiagnostic } from './located-diagnostic.ts';

/** What `lint --json` prints for one file. Lines and columns count from 1, the end is behind the last character. */
export interface JsonReport {
  readonly file: string;
  readonly errors: number;
  readonly warnings: number;
  readonly findings: readonly JsonFinding[];
}

export interface JsonFinding {
  readonly rule: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly hint: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export function toJson(findings: readonly LocatedDiagnostic[], file: string): JsonReport {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  return {
    file,
    errors,
    warnings: findings.length - errors,
    findings: findings.map(({ rule, severity, message, hint, from, to }) => ({
      rule,
      severity,
      message,
      hint,
      line: from.line,
      column: from.column,
      endLine: to.line,
      endColumn: to.column,
    })),
  };
}
