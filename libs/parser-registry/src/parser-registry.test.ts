import { describe, expect, it } from 'vitest';
import { activateVersion, type Change, deactivateVersion, rollBack, rollBackFailed, submitVersion } from './changes.ts';
import { decodeParserRecord } from './decode-parser-record.ts';
import { encodeParserRecord, type ParserRecord, parserRecordKey, type VersionKind } from './parser-record.ts';
import { ParserRegistry } from './parser-registry.ts';

const PREBUILT = [{ logType: 'SQUID', version: '7', text: 'shipped' }];
const editor = { author: 'ann', nowMs: 1_704_110_400_000, seenRevision: null };

function make(registry: ParserRegistry, change: Change): readonly ParserRecord[] {
  if (change.kind === 'refused') throw new Error(change.problem);
  for (const record of change.records) {
    const applied = registry.apply(Buffer.from(parserRecordKey(record)), encodeParserRecord(record));
    if ('problem' in applied) throw new Error(applied.problem);
  }
  return change.records;
}

function submit(registry: ParserRegistry, text: string, kind: VersionKind = 'custom', state = 'VALIDATED' as const) {
  const version = {
    logType: 'SQUID',
    kind,
    form: 'cbn',
    text,
    appendRepeated: false,
    state,
    validation: null,
  } as const;
  return make(registry, submitVersion(registry, version, editor));
}

function activate(registry: ParserRegistry, version: number, kind: VersionKind = 'custom') {
  return make(registry, activateVersion(registry, { logType: 'SQUID', kind, version }, editor));
}

const problemOf = (change: Change): string => (change.kind === 'refused' ? change.problem : '');
const label = (registry: ParserRegistry): string | undefined => registry.active('SQUID')?.label;

describe('what serves a log type', () => {
  it('is the parser that ships with the program, until a custom one is activated and after it is taken away', () => {
    const registry = new ParserRegistry(PREBUILT);
    expect(registry.active('SQUID')).toMatchObject({ label: 'prebuilt/7', text: 'shipped', extension: null });
    submit(registry, 'mine');
    expect(label(registry)).toBe('prebuilt/7');
    activate(registry, 1);
    expect(registry.active('SQUID')).toMatchObject({ label: 'custom/1', text: 'mine' });
    make(registry, deactivateVersion(registry, { logType: 'SQUID', kind: 'custom' }, editor));
    expect(label(registry)).toBe('prebuilt/7');
  });

  it('may have an extension over it, which stays when the parser below changes', () => {
    const registry = new ParserRegistry(PREBUILT);
    submit(registry, 'more', 'extension');
    activate(registry, 1, 'extension');
    expect(registry.active('SQUID')).toMatchObject({ label: 'prebuilt/7+extension/1', extension: { text: 'more' } });
    submit(registry, 'mine');
    activate(registry, 1);
    expect(label(registry)).toBe('custom/1+extension/1');
  });

  it('goes one step back, and no second one', () => {
    const registry = new ParserRegistry(PREBUILT);
    submit(registry, 'one');
    submit(registry, 'two');
    activate(registry, 1);
    activate(registry, 2);
    make(registry, rollBack(registry, { logType: 'SQUID' }, editor));
    expect(label(registry)).toBe('custom/1');
    expect(problemOf(rollBack(registry, { logType: 'SQUID' }, editor))).toBe('SQUID has nothing to go back to');
  });

  it('goes back from what failed, which cannot be activated again', () => {
    const registry = new ParserRegistry(PREBUILT);
    submit(registry, 'bad');
    activate(registry, 1);
    const validation = { logs: 10, failed: 9, dropped: 0, message: 'failed on 9 of 10 logs' };
    make(registry, rollBackFailed(registry, { logType: 'SQUID' }, editor, validation));
    expect(label(registry)).toBe('prebuilt/7');
    expect(registry.version('SQUID', 'custom', 1)).toMatchObject({ state: 'FAILED', validation });
    expect(registry.activation('SQUID')?.reason).toBe('failed on 9 of 10 logs');
    expect(problemOf(activateVersion(registry, { logType: 'SQUID', kind: 'custom', version: 1 }, editor))).toContain(
      'is FAILED: only VALIDATED versions can be activated',
    );
  });

  it('is nothing for a log type that nobody has written a parser for', () => {
    const registry = new ParserRegistry(PREBUILT);
    expect(registry.active('OTHER')).toBeNull();
    expect(registry.logTypes()).toEqual(['SQUID']);
  });
});

describe('a change is refused', () => {
  it('when somebody else has changed the log type since the editor looked', () => {
    const registry = new ParserRegistry(PREBUILT);
    submit(registry, 'one');
    submit(registry, 'two');
    const seen = { ...editor, seenRevision: registry.revision('SQUID') };
    activate(registry, 1);
    const second = activateVersion(registry, { logType: 'SQUID', kind: 'custom', version: 2 }, seen);
    expect(problemOf(second)).toBe('SQUID was changed meanwhile (revision 1, not 0): look again, then repeat it');
    expect(problemOf(rollBack(registry, { logType: 'SQUID' }, seen))).toContain('was changed meanwhile');
  });

  it('when a version is not there, is active already, or has nothing to extend', () => {
    const registry = new ParserRegistry([]);
    const activation = (kind: VersionKind, version: number) =>
      problemOf(activateVersion(registry, { logType: 'SQUID', kind, version }, editor));
    expect(activation('custom', 1)).toBe('SQUID has no custom version 1');
    submit(registry, 'more', 'extension');
    expect(activation('extension', 1)).toBe('SQUID has no parser that could be extended');
    submit(registry, 'one');
    activate(registry, 1);
    expect(activation('custom', 1)).toBe('SQUID custom version 1 is active already');
    expect(problemOf(deactivateVersion(registry, { logType: 'SQUID', kind: 'extension' }, editor))).toBe(
      'SQUID has no active extension version',
    );
  });

  it('when the log type could not be one, or the text is too long', () => {
    const registry = new ParserRegistry([]);
    const version = {
      logType: 'squid/x',
      kind: 'custom',
      form: 'cbn',
      text: '',
      appendRepeated: false,
      state: 'VALIDATED',
      validation: null,
    } as const;
    expect(problemOf(submitVersion(registry, version, editor))).toContain('a log type has 1 to 128');
    const long = { ...version, logType: 'SQUID', text: 'x'.repeat(1024 * 1024) };
    expect(problemOf(submitVersion(registry, long, editor))).toContain('at most 1048576 are allowed');
  });
});

describe('a record', () => {
  it('of an earlier revision than what stands changes nothing', () => {
    const registry = new ParserRegistry(PREBUILT);
    submit(registry, 'one');
    const [first] = activate(registry, 1);
    make(registry, deactivateVersion(registry, { logType: 'SQUID', kind: 'custom' }, editor));
    if (first === undefined) throw new Error('nothing was activated');
    expect(registry.add(first)).toEqual({ problem: 'SQUID: revision 1 comes after revision 2' });
    expect(label(registry)).toBe('prebuilt/7');
  });

  it('is what it was after it was written and read', () => {
    const registry = new ParserRegistry(PREBUILT);
    for (const record of [...submit(registry, 'one "quoted" \n \u{1F600}'), ...activate(registry, 1)]) {
      expect(decodeParserRecord(parserRecordKey(record), encodeParserRecord(record))).toEqual({
        kind: 'record',
        record,
      });
    }
  });

  it.each([
    ['{', 'the value is not JSON'],
    ['[]', 'the value is not an object'],
    ['{"record":"version"}', 'field logType must be a string'],
    ['{"record":"activation","logType":"SQUID","revision":-1}', 'field revision must be a whole number from 0'],
    [
      '{"record":"activation","logType":"SQUID","revision":1,"selection":{"custom":"1"}}',
      'field selection.custom must be a whole number from 0',
    ],
  ])('that cannot be read says why: %s', (value, problem) => {
    expect(decodeParserRecord('SQUID/activation', Buffer.from(value))).toEqual({
      kind: 'problem',
      problem: `record "SQUID/activation": ${problem}`,
    });
  });

  it('under the key of another is not taken', () => {
    const registry = new ParserRegistry(PREBUILT);
    const [record] = submit(registry, 'one');
    if (record === undefined) throw new Error('nothing was submitted');
    expect(registry.apply(Buffer.from('SQUID/custom/2'), encodeParserRecord(record))).toEqual({
      problem: 'record "SQUID/custom/2": the value belongs to SQUID/custom/1',
    });
  });

  it('that is taken away takes its version away', () => {
    const registry = new ParserRegistry(PREBUILT);
    submit(registry, 'one');
    expect(registry.apply(Buffer.from('SQUID/custom/1'), null)).toEqual({ logType: 'SQUID' });
    expect(registry.versions('SQUID', 'custom')).toEqual([]);
    expect(registry.apply(Buffer.from('SQUID/custom/1'), null)).toHaveProperty('problem');
  });
});
