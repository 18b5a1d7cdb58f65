import { LINT_RULES } from '../lint-rules.ts';
import type { LocatedDiagnostic } from './located-diagnostic.ts';

/** A SARIF log, version 2.1.0 (OASIS), with what code hosts and editors read of it. */
export interface SarifLog {
  readonly $schema: string;
  readonly version: '2.1.0';
  readonly runs: readonly [SarifRun];
}

export interface SarifRun {
  readonly tool: { readonly driver: { readonly name: string; readonly rules: readonly SarifRule[] } };
  readonly columnKind: 'utf16CodeUnits';
  readonly results: readonly SarifResult[];
}

export interface SarifRule {
  readonly id: string;
  readonly shortDescription: { readonly text: string };
  readonly defaultConfiguration: { readonly level: SarifLevel };
}

export type SarifLevel = 'error' | 'warning';

export interface SarifResult {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: SarifLevel;
  readonly message: { readonly text: string };
  readonly locations: readonly [
    {
      readonly physicalLocation: {
        readonly artifactLocation: { readonly uri: string };
        readonly region: {
          readonly startLine: number;
          readonly startColumn: number;
          readonly endLine: number;
          readonly endColumn: number;
          readonly charOffset: number;
          readonly charLength: number;
        };
      };
    },
  ];
}

/** Diagnostics that no lint rule makes: what the syntax and the compiler refuse. */
const OTHER_RULES: readonly SarifRule[] = [
  rule('syntax', 'The text is not in the syntax of the language.', 'error'),
  rule('compile', 'A filter cannot be made of what the text says.', 'error'),
];

/** Findings of one file as a SARIF log. `file` is a path relative to the repository, or absolute. */
export function toSarif(findings: readonly LocatedDiagnostic[], file: string): SarifLog {
  const rules = [...OTHER_RULES, ...LINT_RULES.map(({ name, doc, severity }) => rule(name, doc, severity))];
  const indexes = new Map(rules.map(({ id }, index) => [id, index]));
  const results = findings.map((finding) => {
    let ruleIndex = indexes.get(finding.rule);
    if (ruleIndex === undefined) {
      ruleIndex = rules.length;
      indexes.set(finding.rule, ruleIndex);
      rules.push(rule(finding.rule, finding.rule, finding.severity));
    }
    return result(finding, ruleIndex, fileUri(file));
  });
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver: { name: 'logweave', rules } }, columnKind: 'utf16CodeUnits', results }],
  };
}

function rule(id: string, doc: string, level: SarifLevel): SarifRule {
  return { id, shortDescription: { text: doc }, defaultConfiguration: { level } };
}

function result(finding: LocatedDiagnostic, ruleIndex: number, uri: string): SarifResult {
  const { from, to, span, message, hint } = finding;
  const region = {
    startLine: from.line,
    startColumn: from.column,
    endLine: to.line,
    endColumn: to.column,
    charOffset: span.start,
    charLength: span.end - span.start,
  };
  return {
    ruleId: finding.rule,
    ruleIndex,
    level: finding.severity,
    message: { text: hint === '' ? message : `${message}. ${capital(hint)}` },
    locations: [{ physicalLocation: { artifactLocation: { uri }, region } }],
  };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** RFC 3986: a relative reference, or a file URI for an absolute path. */
function fileUri(file: string): string {
  const path = file.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
  return path.startsWith('/') ? `file://${path}` : path;
}
