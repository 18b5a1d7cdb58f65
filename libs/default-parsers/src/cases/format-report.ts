import type { CaseReport, CasesReport } from './run-cases.ts';

/** How much of a log or a value a line shows. */
const SHOWN_CHARACTERS = 160;

/** A report for people: what differs, log by log, then a line of figures. */
export function formatReport(report: CasesReport): string {
  const { logType, errors, cases, statements, unreached } = report;
  if (errors.length > 0) return `${errors.join('\n')}\n${logType}: does not compile\n`;
  const logs = sum(cases, (each) => each.logs);
  const differing = sum(cases, (each) => each.differing.length);
  const figures = [
    `${cases.length} case${cases.length === 1 ? '' : 's'}`,
    `${logs} logs`,
    `${differing} differ${differing === 1 ? 's' : ''}`,
    `${statements - unreached.length} of ${statements} statements ran`,
  ];
  const missed = unreached.map(({ name, index, at }) => `  not run: ${name} (${index}) at ${at.line}:${at.column}\n`);
  return `${cases.map(formatCase).join('')}${logType}: ${figures.join(', ')}\n${missed.join('')}`;
}

function formatCase({ name, hasExpected, differing }: CaseReport): string {
  const missing = hasExpected ? '' : `${name}: no expected.ndjson yet; --update writes it\n`;
  const logs = differing.map(({ line, text, differences }) => {
    const places = differences.map(
      ({ path, expected, got }) =>
        `  ${path === '' ? 'the whole' : path}\n    expected ${shown(expected)}\n    got      ${shown(got)}\n`,
    );
    return `${name}:${line} ${text === '' ? '(no such log)' : short(text)}\n${places.join('')}`;
  });
  return missing + (hasExpected ? logs.join('') : '');
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : short(JSON.stringify(value));
}

function short(text: string): string {
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

function sum(cases: readonly CaseReport[], count: (each: CaseReport) => number): number {
  return cases.reduce((total, each) => total + count(each), 0);
}
