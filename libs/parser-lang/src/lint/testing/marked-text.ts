/** A text with what is meant between «guillemets», without them, and the spans that they mark. */
export function readMarks(marked: string): { readonly text: string; readonly spans: readonly [number, number][] } {
  const spans: [number, number][] = [];
  let text = '';
  let start = -1;
  for (const character of marked) {
    if (character === '«') start = text.length;
    else if (character === '»') spans.push([start, text.length]);
    else text += character;
  }
  return { text, spans };
}
