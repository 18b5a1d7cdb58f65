import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compiledProgram, naiveProgram } from './bare-program.ts';

const corpus = process.env['LOGWEAVE_PARSER_CORPUS'];
const createTime = { seconds: 1_700_000_000, nanos: 0 };

function logsOf(folder: string): readonly string[] {
  return readdirSync(join(folder, 'raw_logs')).flatMap((file) => {
    const text = readFileSync(join(folder, 'raw_logs', file), 'utf8');
    return [...text.matchAll(/"data": ("(?:[^"\\]|\\.)*")/g)].map(([, data = '""']) => JSON.parse(data) as string);
  });
}

describe.skipIf(corpus === undefined || !existsSync(corpus))('a compiled program', () => {
  const folders = readdirSync(corpus ?? '.', { withFileTypes: true }).filter((entry) => entry.isDirectory());

  it.each(folders.map(({ name }) => name))('leaves behind what its tree says: %s', (name) => {
    const folder = join(corpus ?? '.', name);
    const text = readFileSync(join(folder, 'parser.conf'), 'utf8');
    const compiled = compiledProgram(text);
    const naive = naiveProgram(text);
    const logs = logsOf(folder).slice(0, 3);
    expect(logs.length).toBeGreaterThan(0);
    for (const log of logs) {
      expect(compiled.inspect({ text: log, createTime })).toEqual(naive.inspect({ text: log, createTime }));
    }
  });
});
