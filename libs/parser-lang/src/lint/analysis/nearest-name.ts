/** Longer names are no slips of the hand, and comparing takes the product of the lengths. */
const LONGEST = 200;

/** The other name of `known` that is most like `name`, when it is like enough to be meant; null otherwise. */
export function nearestName(name: string, known: Iterable<string>): string | null {
  if (name.length > LONGEST) return null;
  const limit = name.length <= 4 ? 1 : 2;
  let best: string | null = null;
  let bestDistance = limit + 1;
  for (const candidate of known) {
    if (candidate === name || Math.abs(candidate.length - name.length) >= bestDistance) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `did you mean "x"?`, or nothing. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const nearest = nearestName(name, known);
  return nearest === null ? '' : `did you mean "${nearest}"?`;
}

/** So many names are guessed at; a text with more slips than that is damaged in some other way. */
const GUESSES = 50;

/** `didYouMean` among the names of one program, which may be many: guesses for the first slips only. */
export function createGuesser(known: ReadonlySet<string>): (name: string) => string {
  const guesses = new Map<string, string>();
  return (name) => {
    const guess = guesses.get(name) ?? (guesses.size < GUESSES ? didYouMean(name, known) : '');
    if (guesses.size < GUESSES) guesses.set(name, guess);
    return guess;
  };
}

/** Levenshtein's distance where exchanged neighbours count once (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, (beforeLast[column - 2] ?? cost) + 1);
      }
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}
