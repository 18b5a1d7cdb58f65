/** The name that a mistyped one most likely meant: a third of its letters may differ, and at least one. */
export function nearestName(name: string, candidates: Iterable<string>): string | null {
  const wanted = name.toUpperCase();
  let best = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  let nearest: string | null = null;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - wanted.length) >= best) continue;
    const distance = editDistance(wanted, candidate.toUpperCase());
    if (distance >= best) continue;
    best = distance;
    nearest = candidate;
  }
  return nearest;
}

function editDistance(a: string, b: string): number {
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (last[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min((last[j] as number) + 1, (row[j - 1] as number) + 1, replaced));
    }
    last = row;
  }
  return last[b.length] as number;
}
