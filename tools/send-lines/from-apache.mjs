/**
 * Apache writes what it logs with the escapes of C, and two of them JSON does not know: `\xhh` and `\v`. Makes JSON of
 * such a line: runs of bytes that are UTF-8 become text again, any other byte `\u00hh`.
 *
 * @param {string} line one character for each byte (Latin-1)
 * @returns {string} the same
 */
export function fromApache(line) {
  return line.replace(/(?:\\x[89a-f][0-9a-f])+|\\x([0-7][0-9a-f])|\\[^x]/gi, (escaped, low) => {
    if (low !== undefined) return `\\u00${low}`;
    if (escaped === '\\v') return '\\u000b';
    if (!escaped.startsWith('\\x')) return escaped;
    const bytes = Buffer.from(escaped.replaceAll('\\x', ''), 'hex');
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes);
      return bytes.toString('latin1');
    } catch {
      return escaped.replaceAll('\\x', '\\u00');
    }
  });
}
