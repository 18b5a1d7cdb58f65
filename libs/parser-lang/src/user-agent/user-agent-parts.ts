/** A product of a user agent: `Chrome/120.0`. */
export interface Product {
  readonly name: string;
  readonly version: string;
}

/** A user agent by the grammar of RFC 9110, section 10.1.5: products, and the parts of the first comment. */
export interface UserAgentParts {
  readonly products: readonly Product[];
  /** What semicolons part in the first comment. */
  readonly comment: readonly string[];
}

/** Splits a user agent; other comments than the first (`(KHTML, like Gecko)`) say nothing and are skipped. */
export function splitUserAgent(text: string): UserAgentParts {
  const products: Product[] = [];
  let comment: readonly string[] | undefined;
  for (const [token, inner] of text.matchAll(/\(([^()]*(?:\([^()]*\)[^()]*)*)\)|[^\s()]+/g)) {
    if (inner !== undefined) {
      comment ??= inner
        .split(';')
        .map((part) => part.trim())
        .filter((part) => part !== '');
    } else {
      const slash = token.indexOf('/');
      const name = slash < 0 ? token : token.slice(0, slash);
      products.push({ name, version: slash < 0 ? '' : token.slice(slash + 1) });
    }
  }
  return { products, comment: comment ?? [] };
}
