import type { LocatedDiagnostic } from './located-diagnostic.ts';

/** `file:line:column severity: message [rule]` and the hint, one after the other, and how many there are. */
export function formatText(findings: readonly LocatedDiagnostic[], file: string): string {
  const blocks = findings.map(({ from, severity, message, rule, hint }) => {
    const head = `${file}:${from.line}:${from.column} ${severity}: ${message} [${rule}]`;
    return hint === '' ? head : `${head}\n    ${hint}`;
  });
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  return [...blocks, `${count(errors, 'error')}, ${count(findings.length - errors, 'warning')}`, ''].join('\n');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
