import { createLogParser } from '@logweave/parser-lang';
import { expect, it } from 'vitest';
import { CASE_CREATE_TIME } from './parser-folder.ts';
import { StatementCoverage } from './statement-coverage.ts';

const TEXT = `filter {
  if [message] == "a" {
    mutate { replace => { "x" => "1" } }
  } else if [message] == "b" {
    mutate { replace => { "x" => "2" } }
  } else {
    for i in list {
      mutate { replace => { "x" => "3" } }
    }
  }
  drop { }
}
`;

it('names what no log has come to, in every branch and loop, until one does', () => {
  const coverage = new StatementCoverage(TEXT);
  const { parser } = createLogParser({ text: TEXT, logType: 'X', observer: coverage });
  const missed = (): readonly string[] => coverage.unreached().map(({ name, at }) => `${name} ${at.line}:${at.column}`);
  expect(coverage.statements).toBe(6);
  expect(missed()).toEqual(['if 2:3', 'mutate 3:5', 'mutate 5:5', 'for 7:5', 'mutate 8:7', 'drop 11:3']);
  parser?.parse({ text: 'a', createTime: CASE_CREATE_TIME });
  expect(missed()).toEqual(['mutate 5:5', 'for 7:5', 'mutate 8:7']);
  parser?.parse({ text: 'c', createTime: CASE_CREATE_TIME });
  expect(missed()).toEqual(['mutate 5:5', 'mutate 8:7']);
});
