/** Up to here the built-in search may take its worst case, which is the product of the two lengths. */
const QUICK_PRODUCT = 1 << 22;

/**
 * Whether the part stands in the text. Takes time in proportion to the length of both, which the built-in search does not:
 * for a part like `aaa…b…aaa` it begins again at every character.
 */
export function containsText(text: string, part: string): boolean {
  if (part.length > text.length) return false;
  if (part.length * text.length <= QUICK_PRODUCT || part.length <= 32) return text.includes(part);
  return searchLinear(text, part);
}

/** The algorithm of Knuth, Morris and Pratt (1977). */
function searchLinear(text: string, part: string): boolean {
  const borders = bordersOf(part);
  let matched = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    while (matched > 0 && part.charCodeAt(matched) !== code) matched = borders[matched - 1] ?? 0;
    if (part.charCodeAt(matched) === code) matched++;
    if (matched === part.length) return true;
  }
  return false;
}

/** For each beginning of the part, the length of its longest proper beginning that is its end as well. */
function bordersOf(part: string): Int32Array {
  const borders = new Int32Array(part.length);
  let length = 0;
  for (let at = 1; at < part.length; at++) {
    const code = part.charCodeAt(at);
    while (length > 0 && part.charCodeAt(length) !== code) length = borders[length - 1] ?? 0;
    if (part.charCodeAt(length) === code) length++;
    borders[at] = length;
  }
  return borders;
}
