import { expect, test } from 'vitest';
import { parseProgram } from '../../syntax/parse-program.ts';
import { lintProgram } from '../lint-program.ts';
import { LINT_RULES } from '../lint-rules.ts';
import { formatText } from './format-text.ts';
import { locateDiagnostics } from './located-diagnostic.ts';
import { toJson } from './to-json.ts';
import { toSarif } from './to-sarif.ts';

const TEXT = `filter {
  csv { source => "message" seperator => ";" }
  statedump {}
  mutate { merge => { "@output" => "message" } }
}
`;

function findingsIn(text: string) {
  const { program, diagnostics } = parseProgram(text);
  return locateDiagnostics([...diagnostics, ...lintProgram(program, text)], text);
}

test('text names file, line, column, severity, message, rule and hint, and counts', () => {
  expect(
    formatText(findingsIn(TEXT), 'squid.conf'),
  ).toBe(`squid.conf:2:29 warning: "csv" has no option "seperator"; it is ignored [misspelt-option]
    did you mean "separator"?
squid.conf:3:3 error: statedump is for previews only [statedump-left]
    remove it before the parser is submitted
1 error, 1 warning
`);
});

test('text without findings is the count alone', () => {
  expect(formatText([], 'squid.conf')).toBe('0 errors, 0 warnings\n');
});

test('JSON has the span as lines and columns', () => {
  expect(toJson(findingsIn(TEXT), 'squid.conf')).toEqual({
    file: 'squid.conf',
    errors: 1,
    warnings: 1,
    findings: [
      {
        rule: 'misspelt-option',
        severity: 'warning',
        message: '"csv" has no option "seperator"; it is ignored',
        hint: 'did you mean "separator"?',
        line: 2,
        column: 29,
        endLine: 2,
        endColumn: 38,
      },
      {
        rule: 'statedump-left',
        severity: 'error',
        message: 'statedump is for previews only',
        hint: 'remove it before the parser is submitted',
        line: 3,
        column: 3,
        endLine: 3,
        endColumn: 15,
      },
    ],
  });
});

test('SARIF places a result by line, column and offset, with the hint in the message', () => {
  const [run] = toSarif(findingsIn(TEXT), 'parsers/squid proxy.conf').runs;
  expect(run.results[0]).toEqual({
    ruleId: 'misspelt-option',
    ruleIndex: run.tool.driver.rules.findIndex(({ id }) => id === 'misspelt-option'),
    level: 'warning',
    message: { text: '"csv" has no option "seperator"; it is ignored. Did you mean "separator"?' },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: 'parsers/squid%20proxy.conf' },
          region: { startLine: 2, startColumn: 29, endLine: 2, endColumn: 38, charOffset: 37, charLength: 9 },
        },
      },
    ],
  });
});

test('SARIF has what its schema requires', () => {
  const log = toSarif(findingsIn(`${TEXT}}`), '/etc/logweave/squid#1.conf');
  expect(log.version).toBe('2.1.0');
  expect(log.$schema).toMatch(/^https:\/\/.*sarif-2\.1\.0\.json$/);
  expect(log.runs).toHaveLength(1);
  const { tool, results, columnKind } = log.runs[0];
  expect(['utf16CodeUnits', 'unicodeCodePoints']).toContain(columnKind);
  expect(tool.driver.name).not.toBe('');
  const ids = tool.driver.rules.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const rule of tool.driver.rules) {
    expect(rule.shortDescription.text).not.toBe('');
    expect(['none', 'note', 'warning', 'error']).toContain(rule.defaultConfiguration.level);
  }
  expect(results.map(({ ruleId }) => ruleId)).toContain('syntax');
  for (const { ruleId, ruleIndex, level, message, locations } of results) {
    expect(ids[ruleIndex]).toBe(ruleId);
    expect(['none', 'note', 'warning', 'error']).toContain(level);
    expect(message.text).not.toBe('');
    const { artifactLocation, region } = locations[0].physicalLocation;
    expect(artifactLocation.uri).toBe('file:///etc/logweave/squid%231.conf');
    expect(region.startLine).toBeGreaterThanOrEqual(1);
    expect(region.startColumn).toBeGreaterThanOrEqual(1);
    expect(region.endLine).toBeGreaterThanOrEqual(region.startLine);
    expect(region.charOffset).toBeGreaterThanOrEqual(0);
    expect(region.charLength).toBeGreaterThanOrEqual(0);
  }
});

test('SARIF declares every rule, and one that it does not know when it is met', () => {
  const odd = { rule: 'odd', severity: 'warning', message: 'm', hint: '', span: { start: 0, end: 1 } } as const;
  const [run] = toSarif(locateDiagnostics([odd], 'x'), 'a.conf').runs;
  const ids = run.tool.driver.rules.map(({ id }) => id);
  expect(ids).toEqual(['syntax', 'compile', ...LINT_RULES.map(({ name }) => name), 'odd']);
  expect(run.results[0]).toMatchObject({ ruleId: 'odd', message: { text: 'm' } });
});
