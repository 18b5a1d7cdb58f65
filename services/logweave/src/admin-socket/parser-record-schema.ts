import { type Static, Type } from 'typebox';

const count = Type.Integer({ minimum: 0 });

export const versionKindSchema = Type.Enum(['custom', 'extension']);

export const validationSummarySchema = Type.Object({
  logs: count,
  failed: count,
  dropped: count,
  message: Type.String(),
});

const selectionSchema = Type.Object({
  custom: Type.Union([count, Type.Null()]),
  extension: Type.Union([count, Type.Null()]),
});

const versionRecordSchema = Type.Object({
  record: Type.Literal('version'),
  logType: Type.String(),
  kind: versionKindSchema,
  version: count,
  form: Type.Enum(['cbn', 'field_extractors']),
  text: Type.String(),
  appendRepeated: Type.Boolean(),
  state: Type.Enum(['DRAFT', 'VALIDATING', 'VALIDATED', 'FAILED']),
  author: Type.String(),
  at: Type.String(),
  validation: Type.Union([validationSummarySchema, Type.Null()]),
});

const activationRecordSchema = Type.Object({
  record: Type.Literal('activation'),
  logType: Type.String(),
  revision: count,
  selection: selectionSchema,
  previous: Type.Union([selectionSchema, Type.Null()]),
  author: Type.String(),
  at: Type.String(),
  reason: Type.String(),
});

/**
 * What became of a change, as the admin socket answers it. `failed`: the event log could not take it; `invalid`: it was
 * no intent. The first two are what `changeRegistry` returns.
 */
export const changeAnswerSchema = Type.Union([
  Type.Object({
    kind: Type.Literal('done'),
    records: Type.Array(Type.Union([versionRecordSchema, activationRecordSchema])),
  }),
  Type.Object({ kind: Type.Enum(['refused', 'failed', 'invalid']), problem: Type.String() }),
]);

export type ChangeAnswer = Static<typeof changeAnswerSchema>;
