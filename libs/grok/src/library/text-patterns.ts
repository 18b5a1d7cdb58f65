import type { PatternTable } from './pattern-table.ts';

/** Words, numbers and quoted text. */
export const TEXT_PATTERNS: PatternTable = {
  USERNAME: String.raw`[a-zA-Z0-9._-]+`,
  USER: '%{USERNAME}',
  // A range from + to = lies in the class, digits among it.
  EMAILLOCALPART: String.raw`[a-zA-Z][a-zA-Z0-9_.+-=:]+`,
  EMAILADDRESS: '%{EMAILLOCALPART}@%{HOSTNAME}',
  HTTPDUSER: '%{EMAILADDRESS}|%{USER}',

  INT: '[+-]?[0-9]+',
  // The original wants no digit, sign or point before it; the reference engine does not look.
  BASE10NUM: String.raw`[+-]?[0-9]+(?:\.[0-9]+)?|\.[0-9]+`,
  NUMBER: '%{BASE10NUM}',
  BASE16NUM: '0[xX]?[0-9a-fA-F]+',
  BASE16FLOAT: String.raw`\b(?<![0-9A-Fa-f.])[+-]?(?:0x)?(?:[0-9A-Fa-f]+(?:\.[0-9A-Fa-f]*)?|\.[0-9A-Fa-f]+)\b`,
  POSINT: String.raw`\b[1-9][0-9]*\b`,
  NONNEGINT: String.raw`\b[0-9]+\b`,

  WORD: String.raw`\b\w+\b`,
  NOTSPACE: String.raw`\S+`,
  SPACE: String.raw`\s*`,
  DATA: '.*?',
  GREEDYDATA: '.*',
  // Double or single quotes, their like escaped within.
  QUOTEDSTRING: [`"`, `'`].map((quote) => String.raw`${quote}(?:\\.|[^\\${quote}])*${quote}`).join('|'),
  QS: '%{QUOTEDSTRING}',
  UUID: '[A-Fa-f0-9]{8}-(?:[A-Fa-f0-9]{4}-){3}[A-Fa-f0-9]{12}',

  LOGLEVEL: [
    ...['alert', 'trace', 'debug', 'notice', 'info'].map(inThreeCases),
    '[Ww]arn?(?:ing)?|WARN?(?:ING)?',
    '[Ee]rr?(?:or)?|ERR?(?:OR)?',
    '[Cc]rit?(?:ical)?|CRIT?(?:ICAL)?',
    ...['fatal', 'severe'].map(inThreeCases),
    'EMERG(?:ENCY)?|[Ee]merg(?:ency)?',
  ].join('|'),
};

/** `alert`, `Alert` and `ALERT`. */
function inThreeCases(word: string): string {
  const first = word.charAt(0);
  return `[${first.toUpperCase()}${first}]${word.slice(1)}|${word.toUpperCase()}`;
}
