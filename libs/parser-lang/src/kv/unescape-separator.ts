const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['a', '\u0007'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['0', '\0'],
]);

/**
 * A separator with its escapes read, as `unescape_field_split` and its like ask for: the control characters of C
 * (`\t`), `\xHH` and `\uHHHH`; any other escaped character stands for itself.
 */
export function unescapeSeparator(separator: string): string {
  return separator.replaceAll(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|([^]))/g,
    (_, byte: string | undefined, unit: string | undefined, character: string) => {
      const hex = byte ?? unit;
      return hex === undefined ? (ESCAPES.get(character) ?? character) : String.fromCharCode(Number.parseInt(hex, 16));
    },
  );
}
