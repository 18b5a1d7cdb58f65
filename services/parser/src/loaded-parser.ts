import type { LogParser } from '@logweave/parser-lang';
import { type ActiveParser, languageText } from '@logweave/parser-registry';
import type { ParseEngine, ParserText } from './parse-engine.ts';

/** A parser of the registry with its extension, compiled. */
export interface LoadedParser {
  readonly kind: 'loaded';
  readonly label: string;
  readonly parser: LogParser;
  /** What it was made of, for other threads to make it again. */
  readonly text: ParserText;
}

/** Compiles a parser of the registry, or says what is wrong with it. */
export function loadParser(
  active: ActiveParser,
  engine: Pick<ParseEngine, 'compile'>,
): LoadedParser | { readonly kind: 'problem'; readonly problem: string } {
  const { logType, label, extension } = active;
  const extensionText = extension === null ? null : languageText(extension);
  if (extensionText?.kind === 'refused') return { kind: 'problem', problem: `${label}: ${extensionText.problem}` };
  const text: ParserText = {
    logType,
    text: active.text,
    extension:
      extension === null || extensionText === null
        ? null
        : { text: extensionText.text, appendRepeated: extension.appendRepeated },
  };
  const { parser, problems } = engine.compile(text);
  if (parser === null) return { kind: 'problem', problem: `${label} does not compile: ${problems.join('; ')}` };
  return { kind: 'loaded', label, parser, text };
}
