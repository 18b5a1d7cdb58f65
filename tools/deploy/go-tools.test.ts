import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { goTools, ToolMissing, toolCache, toolFolder } from './go-tools.ts';

it('keeps tools where LOGWEAVE_TOOL_CACHE says, or in the home directory', () => {
  expect(toolCache({ LOGWEAVE_TOOL_CACHE: '/big/disk' })).toBe('/big/disk');
  expect(toolCache({})).toMatch(/\/\.cache\/logweave\/tools$/);
});

it('has another folder for another version, another checksum, and another program', () => {
  const set = { module: 'm', programs: { helm: 'a/helm' }, mod: 'a v1', sum: 'x' };
  const folder = toolFolder('/c', 'helm', set);
  expect(folder).toMatch(/^\/c\/helm-[0-9a-f]{16}$/);
  expect(toolFolder('/c', 'helm', { ...set, mod: 'a v2' })).not.toBe(folder);
  expect(toolFolder('/c', 'helm', { ...set, sum: 'y' })).not.toBe(folder);
  expect(toolFolder('/c', 'helm', { ...set, programs: { helm: 'b/helm' } })).not.toBe(folder);
});

it('says what to install where there is no Go', () => {
  const cache = mkdtempSync(join(tmpdir(), 'logweave-tools-'));
  const path = process.env['PATH'];
  process.env['PATH'] = '/nonexistent';
  try {
    expect(() => goTools('helm', cache)).toThrow(ToolMissing);
    expect(() => goTools('helm', cache)).toThrow(/install Go 1\.26/);
  } finally {
    process.env['PATH'] = path;
    rmSync(cache, { recursive: true });
  }
});
