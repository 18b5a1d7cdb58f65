import {
  activateVersion,
  appendsRepeated,
  type Change,
  deactivateVersion,
  type ParserRegistry,
  rollBack,
  submitVersion,
} from '@logweave/parser-registry';
import { type Static, Type } from 'typebox';
import { validationSummarySchema, versionKindSchema } from './parser-record-schema.ts';

const logType = Type.String();
const version = Type.Integer({ minimum: 1 });
const author = Type.String();
/** The revision that the author has seen; null: whatever stands. */
const seenRevision = Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]);

const strict = { additionalProperties: false };

/** A change of the parser registry as somebody wants it, before anybody has looked at the registry. JSON. */
export const parserIntentSchema = Type.Union([
  Type.Object(
    {
      action: Type.Literal('submit'),
      logType,
      kind: versionKindSchema,
      form: Type.Enum(['cbn', 'field_extractors']),
      /** Compiled and linted by whoever sends it. */
      text: Type.String(),
      validation: Type.Union([validationSummarySchema, Type.Null()]),
      /** Of an extension: the label of the parser with which it was checked. Null for parsers. */
      checkedOver: Type.Union([Type.String(), Type.Null()]),
      author,
    },
    strict,
  ),
  Type.Object(
    { action: Type.Literal('activate'), logType, kind: versionKindSchema, version, author, seenRevision },
    strict,
  ),
  Type.Object({ action: Type.Literal('deactivate'), logType, kind: versionKindSchema, author, seenRevision }, strict),
  Type.Object({ action: Type.Literal('rollback'), logType, author, seenRevision }, strict),
]);

export type ParserIntent = Static<typeof parserIntentSchema>;

/** What an intent comes to with the registry as it stands. One code for commands and for the process that has the log. */
export function decideParserIntent(registry: ParserRegistry, intent: ParserIntent, nowMs: number): Change {
  switch (intent.action) {
    case 'submit': {
      const { logType, kind, form, text, validation, checkedOver, author } = intent;
      const base = kind === 'extension' ? extensibleParser(registry, logType) : null;
      if ((base?.label ?? null) !== checkedOver) {
        const problem = `${logType} is served by ${base?.label ?? 'nothing'} now, and not by ${checkedOver ?? 'nothing'}`;
        return { kind: 'refused', problem: `${problem}: look again, then repeat it` };
      }
      const appendRepeated = appendsRepeated({ form, text });
      const newVersion = { logType, kind, form, text, appendRepeated, state: 'VALIDATED', validation } as const;
      return submitVersion(registry, newVersion, { author, nowMs, seenRevision: null });
    }
    case 'activate':
      return activateVersion(registry, intent, editorOf(intent, nowMs));
    case 'deactivate':
      return deactivateVersion(registry, intent, editorOf(intent, nowMs));
    case 'rollback':
      return rollBack(registry, intent, editorOf(intent, nowMs));
    default:
      return intent satisfies never;
  }
}

/** The parser that an extension of a log type goes over; null when nothing serves it. */
export function extensibleParser(
  registry: ParserRegistry,
  logType: string,
): { readonly label: string; readonly text: string } | null {
  return registry.parserOf(logType, { ...registry.selection(logType), extension: null });
}

function editorOf(
  { author, seenRevision }: { readonly author: string; readonly seenRevision: number | null },
  nowMs: number,
) {
  return { author, nowMs, seenRevision };
}
