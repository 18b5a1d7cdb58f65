import { type ParserRecord, ParserRegistry } from '@logweave/parser-registry';
import { describe, expect, it } from 'vitest';
import { decideParserIntent, type ParserIntent } from './parser-intent.ts';

const LOG_TYPE = 'TEST_LOG';
const NOW_MS = 1_700_000_000_000;
const author = 'ann';

const submit = (more: Partial<Extract<ParserIntent, { action: 'submit' }>> = {}): ParserIntent => ({
  action: 'submit',
  logType: LOG_TYPE,
  kind: 'custom',
  form: 'cbn',
  text: 'filter {}',
  validation: null,
  checkedOver: null,
  author,
  ...more,
});

/** Makes the changes, each of which must be possible. */
function registryAfter(...intents: readonly ParserIntent[]): ParserRegistry {
  const registry = new ParserRegistry([{ logType: 'OTHER_LOG', version: '4', text: 'filter {}' }]);
  for (const intent of intents) for (const record of decided(registry, intent)) registry.add(record);
  return registry;
}

function decided(registry: ParserRegistry, intent: ParserIntent): readonly ParserRecord[] {
  const change = decideParserIntent(registry, intent, NOW_MS);
  if (change.kind === 'refused') throw new Error(change.problem);
  return change.records;
}

const activate: ParserIntent = {
  action: 'activate',
  logType: LOG_TYPE,
  kind: 'custom',
  version: 1,
  author,
  seenRevision: null,
};

describe('an intent', () => {
  it('to submit becomes the next version, in the name of its author', () => {
    expect(decided(registryAfter(submit()), submit({ text: 'filter { }' }))).toEqual([
      {
        record: 'version',
        logType: LOG_TYPE,
        kind: 'custom',
        version: 2,
        form: 'cbn',
        text: 'filter { }',
        appendRepeated: false,
        state: 'VALIDATED',
        author,
        at: '2023-11-14T22:13:20.000Z',
        validation: null,
      },
    ]);
  });

  it('to activate, deactivate and take back is decided as the registry decides it', () => {
    const registry = registryAfter(submit(), activate);
    expect(registry.active(LOG_TYPE)?.label).toBe('custom/1');
    const deactivated = registryAfter(submit(), activate, {
      action: 'deactivate',
      logType: LOG_TYPE,
      kind: 'custom',
      author,
      seenRevision: 1,
    });
    expect(deactivated.active(LOG_TYPE)).toBeNull();
    const rollback: ParserIntent = { action: 'rollback', logType: LOG_TYPE, author, seenRevision: 7 };
    expect(decideParserIntent(registry, rollback, NOW_MS)).toEqual({
      kind: 'refused',
      problem: 'TEST_LOG was changed meanwhile (revision 1, not 7): look again, then repeat it',
    });
    expect(decided(registry, { ...rollback, seenRevision: 1 })).toMatchObject([{ revision: 2, reason: 'rolled back' }]);
  });

  it('to submit an extension is refused when another parser serves the log type than it was checked with', () => {
    const registry = registryAfter(submit(), submit(), activate);
    const extension = submit({ kind: 'extension', checkedOver: 'custom/2' });
    expect(decideParserIntent(registry, extension, NOW_MS)).toEqual({
      kind: 'refused',
      problem: 'TEST_LOG is served by custom/1 now, and not by custom/2: look again, then repeat it',
    });
    expect(decided(registry, submit({ kind: 'extension', checkedOver: 'custom/1' }))).toMatchObject([{ version: 1 }]);
    const prebuilt = submit({ kind: 'extension', logType: 'OTHER_LOG', checkedOver: 'prebuilt/4' });
    expect(decided(registry, prebuilt)).toMatchObject([{ kind: 'extension', version: 1 }]);
  });
});
