import { expect, test } from 'vitest';
import { parseProgram } from '../syntax/parse-program.ts';
import { lintProgram } from './lint-program.ts';
import { LINT_RULES } from './lint-rules.ts';
import { FILTER_CASES } from './testing/filter-cases.ts';
import { FLOW_CASES } from './testing/flow-cases.ts';
import { readMarks } from './testing/marked-text.ts';
import { NAME_CASES } from './testing/name-cases.ts';
import { UDM_CASES } from './testing/udm-cases.ts';

const CASES = [...NAME_CASES, ...FILTER_CASES, ...UDM_CASES, ...FLOW_CASES];

for (const { rule, about, text: marked, message, hint } of CASES) {
  const { text, spans } = readMarks(marked);
  const verb = spans.length === 0 ? 'is silent about' : 'finds';
  test(`${rule} ${verb} ${about}`, () => {
    const { program, diagnostics } = parseProgram(text);
    expect(diagnostics).toEqual([]);
    const found = lintProgram(program, text).filter((finding) => finding.rule === rule);
    expect(found.map(({ span }) => text.slice(span.start, span.end))).toEqual(
      spans.map(([start, end]) => text.slice(start, end)),
    );
    expect(found.map(({ span }) => [span.start, span.end])).toEqual(spans);
    if (message !== undefined) expect(found[0]?.message).toBe(message);
    if (hint !== undefined) expect(found[0]?.hint).toBe(hint);
  });
}

test('every rule has a text that it speaks about and one that it does not', () => {
  const speaks = new Set(CASES.filter(({ text }) => text.includes('«')).map(({ rule }) => rule));
  const silent = new Set(CASES.filter(({ text }) => !text.includes('«')).map(({ rule }) => rule));
  const names = LINT_RULES.map(({ name }) => name);
  expect([...speaks].sort()).toEqual([...names].sort());
  expect([...silent].sort()).toEqual([...names].sort());
});

test('rules have names of their own, in kebab case, and one sentence about them', () => {
  const names = LINT_RULES.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, doc } of LINT_RULES) {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(doc).toMatch(/^[A-Za-z][^\n]*\.$/);
  }
});
