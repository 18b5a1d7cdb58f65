/** Shorter texts occur by chance everywhere; hiding them would make logs unreadable without hiding anything. */
const MIN_SECRET_LENGTH = 4;

const HIDDEN = '[secret]';

/** Hides the values of secret settings in whatever is about to be shown. */
export class Redactor {
  readonly #texts = new Set<string>();
  #pattern: RegExp | null = null;

  /** From now on these are hidden, also as they look within JSON and within a URL. */
  add(secrets: Iterable<string>): void {
    for (const secret of secrets) {
      for (const text of [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]) {
        if (text.length >= MIN_SECRET_LENGTH) this.#texts.add(text);
      }
    }
    // Longest first, so that a secret within another does not leave the rest of it behind.
    const texts = [...this.#texts].toSorted((a, b) => b.length - a.length);
    this.#pattern = texts.length === 0 ? null : new RegExp(texts.map((text) => RegExp.escape(text)).join('|'), 'g');
  }

  redact(text: string): string {
    return this.#pattern === null ? text : text.replace(this.#pattern, HIDDEN);
  }
}
