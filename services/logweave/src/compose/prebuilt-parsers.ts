import type { PrebuiltParser } from '@logweave/parser-registry';

/** The parsers that ship with the program. */
export const PREBUILT_PARSERS: readonly PrebuiltParser[] = [];
