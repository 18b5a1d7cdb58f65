import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { goTools, ToolMissing, toolCache, toolFolder } from './go-tools.ts';

it('keeps tools where LOGWEAVE_TOOL_CACHE says, or in the home directory', () => {
  expect(toolCache({ LOGWEAVE_TOOL_CACHE: '/big/disk' })).toBe('/big/disk');
  expect(toolCache({})).toMatch(/\/\.cache\/logweave\/tools$/);
});

it('has another folder for another version, and for another checksum', () => {
  const folder = toolFolder('/c', 'helm-tools', { mod: 'a v1', sum: 'x' });
  expect(folder).toMatch(/^\/c\/helm-tools-[0-9a-f]{16}$/);
  expect(toolFolder('/c', 'helm-tools', { mod: 'a v2', sum: 'x' })).not.toBe(folder);
  expect(toolFolder('/c', 'helm-tools', { mod: 'a v1', sum: 'y' })).not.toBe(folder);
});

it('says what to install where there is no Go', () => {
  const cache = mkdtempSync(join(tmpdir(), 'logweave-tools-'));
  const path = process.env['PATH'];
  process.env['PATH'] = '/nonexistent';
  try {
    expect(() => goTools('helm-tools', cache)).toThrow(ToolMissing);
    expect(() => goTools('helm-tools', cache)).toThrow(/install Go 1\.26/);
  } finally {
    process.env['PATH'] = path;
    rmSync(cache, { recursive: true });
  }
});
