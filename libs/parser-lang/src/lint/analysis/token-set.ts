/** Tokens of which one overlaps another when they are the same or one holds the other: `a.b` overlaps `a` and `a.b.c`. */
export class TokenSet {
  readonly #paths = new Set<string>();
  readonly #parents = new Set<string>();

  add(path: string): void {
    this.#paths.add(path);
    for (const parent of parentsOf(path)) this.#parents.add(parent);
  }

  overlaps(path: string): boolean {
    return (
      this.#paths.has(path) || this.#parents.has(path) || parentsOf(path).some((parent) => this.#paths.has(parent))
    );
  }
}

/** `a` and `a.b` of `a.b.c`. */
function parentsOf(path: string): readonly string[] {
  const parents: string[] = [];
  // Paths longer than that are no paths; taking them apart would take too long.
  if (path.length > 1000) return parents;
  for (let dot = path.indexOf('.'); dot !== -1; dot = path.indexOf('.', dot + 1)) parents.push(path.slice(0, dot));
  return parents;
}
