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
  return characters.length === 1 ? literalSeparator(characters) : scanningSeparator(characters);
}

/**
 * The same by a loop over the text. For who remembers what was found: V8 takes the built-in search for free and makes it
 * whether its result is needed or not, each time to the next separator, however far that is.
 */
export function scanningSeparator(characters: string): SeparatorFinder {
  // Nearly every character is looked up: a table answers faster than a set. What lies beyond it is no separator.
  const codes = Array.from({ length: characters.length }, (_, index) => characters.charCodeAt(index));
  const isSeparator = new Uint8Array(Math.max(256, ...codes.map((code) => code + 1)));
  for (const code of codes) {
    isSeparator[code] = 1;
  }
  return {
    length: 1,
    find(text, from) {
      let index = from;
      while (index < text.length && isSeparator[text.charCodeAt(index)] !== 1) {
        index++;
      }
      return index;
    },
    startsAt: (text, index) => isSeparator[text.charCodeAt(index)] === 1,
  };
}
