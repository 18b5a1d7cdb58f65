import { eventTypeRule, resolvePath, type UdmJson } from '@logweave/udm';
import { udmWrites } from '../analysis/udm-writes.ts';
import type { LintContext } from '../lint-context.ts';
import type { LintRule } from '../rule.ts';

export const eventTypeWithoutNouns: LintRule = {
  name: 'event-type-without-nouns',
  doc: 'The parser gives events a type and nowhere sets what events of that type must have, so that they are invalid.',
  severity: 'warning',
  *check(context) {
    const types = context.trace.uses.filter(
      ({ action, path, value }) =>
        action === 'write' &&
        value !== null &&
        context.targets.ofText(path).some((target) => target.root === 'event' && target.path === 'metadata.event_type'),
    );
    if (types.length === 0) return;
    const { outline, opaque } = recordOutline(context);
    const told = new Set<string>();
    for (const { value } of types) {
      if (value === null || told.has(value.text)) continue;
      told.add(value.text);
      const unmet = eventTypeRule(value.text).firm.find(
        (condition) =>
          !condition.holds(outline) && !opaque.some((path) => condition.path.split('.')[0] === path.split('.')[0]),
      );
      if (unmet === undefined) continue;
      yield {
        span: value.span,
        message: `nothing in this parser makes a valid ${value.text}: ${unmet.unmet}`,
        hint: `set ${unmet.path}, or choose another type where it is missing, such as GENERIC_EVENT`,
      };
    }
  },
};

interface Outline {
  /** A record with every field that the parser sets somewhere. */
  readonly outline: UdmJson;
  /** Messages that are set as a whole, from tokens of the log: what is in them cannot be told. */
  readonly opaque: readonly string[];
}

type Branches = { [name: string]: Branches };

function recordOutline(context: LintContext): Outline {
  const outline: Branches = {};
  const messages = new Map<string, Branches>();
  for (const { use, targets } of udmWrites(context)) {
    if (use.value?.text === '') continue;
    for (const { root, path } of targets) {
      if (root !== 'event') continue;
      const field = resolvePath(path);
      if (field === undefined) continue;
      let at = outline;
      for (const step of field.path.split('.')) {
        const name = step.replace(/_+(.?)/g, (_, next: string) => next.toUpperCase());
        at = at[name] ??= {};
      }
      if (field.kind === 'message') messages.set(field.path, at);
    }
  }
  const opaque = [...messages].filter(([, at]) => Object.keys(at).length === 0).map(([path]) => path);
  return { outline, opaque };
}
