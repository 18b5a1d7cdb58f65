import type { LintRule } from '../rule.ts';

/** Names that the engine itself gives a meaning; `message` and `event` are left out, which every parser writes. */
const RESERVED: ReadonlySet<string> = new Set([
  'collectionTimestamp',
  'createTimestamp',
  'enableCbnForLoop',
  'filename',
  'namespace',
  'output',
  'onErrorCount',
  'timezone',
]);

export const reservedName: LintRule = {
  name: 'reserved-name',
  doc: 'A token has a name that is reserved for the engine, or the builder of events is used for something else.',
  severity: 'warning',
  *check({ trace }) {
    const told = new Set<string>();
    for (const use of trace.uses) {
      if (use.action !== 'write' || told.has(use.root)) continue;
      const ownBuilder = use.root === 'event' && !use.path.startsWith('event.');
      const overwrites = use.root === 'event' && (use.via === 'grok' || use.via === 'xml' || use.via === 'loop');
      // Resetting the builder with "" before it is filled is usual.
      const resets = ownBuilder && use.via === 'replace' && use.value?.text === '';
      if (!RESERVED.has(use.root) && !((ownBuilder || overwrites) && !resets)) continue;
      told.add(use.root);
      yield {
        span: use.span,
        message: `"${use.root}" is a reserved name`,
        hint: `choose another name, such as "${use.root}1"`,
      };
    }
  },
};
