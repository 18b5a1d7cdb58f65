import type { VersionRecord } from './parser-record.ts';

export type LanguageText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'refused'; readonly problem: string };

/** A version as text of the parser language, which is what runs. */
export function languageText({ text }: Pick<VersionRecord, 'form' | 'text'>): LanguageText {
  return { kind: 'text', text };
}
