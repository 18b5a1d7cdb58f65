import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { lintProgram, parseProgram } from '@logweave/parser-lang';
import { describe, expect, it, test } from 'vitest';
import { readParserFolder } from './cases/parser-folder.ts';
import { formatReport } from './cases/format-report.ts';
import { runCases } from './cases/run-cases.ts';
import { DEFAULT_PARSERS_FOLDER, loadDefaultParsers } from './default-parsers.ts';

/** Statements that no log of the cases comes to, as `LOG_TYPE name line:column`, each with the reason. */
const NOT_RUN: ReadonlyMap<string, string> = new Map();

/** Fewer logs than this do not show what a format is like. */
const LEAST_LOGS = 10;

const logTypes = readdirSync(DEFAULT_PARSERS_FOLDER).toSorted();

test('every folder is a parser, in the order of the log types, with its product and a version of its text', () => {
  const parsers = loadDefaultParsers();
  expect(parsers.map(({ logType }) => logType)).toEqual(logTypes);
  expect(logTypes).toContain('SQUID_WEBPROXY');
  for (const { logType, product, version, text } of parsers) {
    expect(logType).toMatch(/^[A-Z][A-Z0-9_]+$/);
    expect(product).not.toBe('');
    expect(version).toMatch(/^[1-9]\d*-[0-9a-f]{8}$/);
    expect(text).toContain('filter {');
  }
});

describe.each(logTypes)('the parser of %s', (logType) => {
  const folder = readParserFolder(join(DEFAULT_PARSERS_FOLDER, logType));
  const report = runCases(folder);

  it('makes of its logs what is expected of it', () => {
    expect(report.errors).toEqual([]);
    const differing = report.cases.reduce((count, each) => count + each.differing.length, 0);
    expect(differing, formatReport(report)).toBe(0);
  });

  it('has logs of many kinds, which end as valid events or in a drop with a reason', () => {
    const logs = report.cases.flatMap(({ got }) => got);
    expect(logs.length).toBeGreaterThanOrEqual(LEAST_LOGS);
    expect(logs.filter(({ error }) => error !== undefined)).toEqual([]);
    const tags = logs.flatMap(({ dropped }) => (dropped === undefined ? [] : [dropped]));
    expect(tags.length).toBeGreaterThan(0);
    expect(tags.filter((tag) => !/^TAG_[A-Z_]+$/.test(tag))).toEqual([]);
  });

  it('has no statement that no log comes to', () => {
    const missed = report.unreached.map(({ name, at }) => `${logType} ${name} ${at.line}:${at.column}`);
    expect(missed.filter((place) => !NOT_RUN.has(place))).toEqual([]);
  });

  it('is clean of lint', () => {
    const { program, diagnostics } = parseProgram(folder.text);
    expect([...diagnostics, ...lintProgram(program, folder.text)]).toEqual([]);
  });
});
