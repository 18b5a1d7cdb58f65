/** Where separators stand in a text. */
export interface SeparatorFinder {
  /** The index of the first separator at or after `from`; the text's length where there is none. */
  find(text: string, from: number): number;
  /** The length of the separator that stands at `index`. */
  readonly length: number;
  /** Whether a separator stands at `index`. */
  startsAt(text: string, index: number): boolean;
}

/** The whole text is one separator. */
export function literalSeparator(separator: string): SeparatorFinder {
  return {
    length: separator.length,
    find(text, from) {
      const index = text.indexOf(separator, from);
      return index < 0 ? text.length : index;
    },
    startsAt: (text, index) => text.startsWith(separator, index),
  };
}

/** Each character of the text is a separator, as Logstash reads it. */
export function characterClassSeparator(characters: string): SeparatorFinder {
  if (characters.length === 1) {
    return literalSeparator(characters);
  }
  const codes = new Set(Array.from({ length: characters.length }, (_, index) => characters.charCodeAt(index)));
  return {
    length: 1,
    find(text, from) {
      for (let index = from; index < text.length; index++) {
        if (codes.has(text.charCodeAt(index))) {
          return index;
        }
      }
      return text.length;
    },
    startsAt: (text, index) => codes.has(text.charCodeAt(index)),
  };
}
