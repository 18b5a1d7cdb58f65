const KIB = 1024;
const MIB = 1024 * KIB;

/** The limits of the whole house, in one place. Each is tested at the limit and one past it. */
export const LIMITS = {
  /** A line on a source socket, without its newline. */
  sourceLineBytes: MIB,
  /** A raw log by default, and the most that configuration may ask for. */
  rawLogBytes: MIB,
  rawLogBytesMax: 4 * MIB,
  /** A merged record: two source lines and what the join adds. */
  mergedRecordBytes: 2 * MIB + 64 * KIB,
  /** The state of one key in `correlator-state`. */
  checkpointBytes: 64 * MIB,
  /** A parser or an extension of one, with its state, in `parsers`. */
  parserBytes: MIB,
  /** What a topic allows above its record limit for headers and framing. */
  headerAllowanceBytes: 64 * KIB,
  /** Labels of a raw log, and their JSON object in bytes of UTF-8; its namespace likewise. Far below the allowance for headers. */
  labels: 100,
  labelsBytes: 16 * KIB,
  namespaceBytes: 256,
  /** Nesting of arrays and objects in a source line; the object itself is depth 1. */
  jsonDepth: 64,
  /** Names in the top-level object of a source line, repeated ones counted each. */
  jsonKeys: 1_000,
  /** What a dead letter keeps of a line that was over its limit. */
  deadLetterPreviewBytes: 4 * KIB,
} as const;
