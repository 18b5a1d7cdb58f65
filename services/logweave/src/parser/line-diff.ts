export interface DiffLine {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
}

/** So many changed lines are aligned; of more, the whole middle is shown as removed and added. */
const MAX_CHANGES = 2_000;

/** The lines of two texts, aligned by the shortest edit script (Myers 1986). */
export function diffLines(before: string, after: string): readonly DiffLine[] {
  const a = before.split('\n');
  const b = after.split('\n');
  const trace = editTrace(a, b);
  if (trace === null) return [...mark(a, 'removed'), ...mark(b, 'added')];
  const lines: DiffLine[] = [];
  let x = a.length;
  let y = b.length;
  for (let d = trace.length - 1; d >= 0; d--) {
    const furthest = trace[d] ?? new Map<number, number>();
    const k = x - y;
    const down = k === -d || (k !== d && (furthest.get(k - 1) ?? -1) < (furthest.get(k + 1) ?? -1));
    const previous = down ? k + 1 : k - 1;
    const fromX = d === 0 ? 0 : (furthest.get(previous) ?? 0);
    const fromY = d === 0 ? 0 : fromX - previous;
    while (x > fromX && y > fromY) {
      lines.push({ kind: 'same', text: a[--x] ?? '' });
      y--;
    }
    if (d === 0) break;
    if (down) lines.push({ kind: 'added', text: b[--y] ?? '' });
    else lines.push({ kind: 'removed', text: a[--x] ?? '' });
  }
  return lines.toReversed();
}

/** Changed lines with three of those around them, as `- removed`, `+ added`; empty when the texts are equal. */
export function diffText(before: string, after: string): string {
  const lines = diffLines(before, after);
  const near = new Set<number>();
  for (const [at, { kind }] of lines.entries()) {
    if (kind !== 'same') for (let i = at - 3; i <= at + 3; i++) near.add(i);
  }
  const shown: string[] = [];
  let gap = false;
  for (const [at, { kind, text }] of lines.entries()) {
    if (!near.has(at)) {
      gap = true;
      continue;
    }
    if (gap) shown.push('  …');
    gap = false;
    shown.push(`${kind === 'removed' ? '-' : kind === 'added' ? '+' : ' '} ${text}`);
  }
  return shown.length === 0 ? '' : `${shown.join('\n')}\n`;
}

/** How far each diagonal was reached before each number of changes; null when there are too many. */
function editTrace(a: readonly string[], b: readonly string[]): readonly ReadonlyMap<number, number>[] | null {
  let furthest = new Map<number, number>([[1, 0]]);
  const trace: ReadonlyMap<number, number>[] = [];
  for (let d = 0; d <= Math.min(MAX_CHANGES, a.length + b.length); d++) {
    trace.push(furthest);
    const next = new Map(furthest);
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (furthest.get(k - 1) ?? -1) < (furthest.get(k + 1) ?? -1));
      let x = down ? (furthest.get(k + 1) ?? 0) : (furthest.get(k - 1) ?? 0) + 1;
      let y = x - k;
      while (x < a.length && y < b.length && a[x] === b[y]) {
        x++;
        y++;
      }
      next.set(k, x);
      if (x >= a.length && y >= b.length) return trace;
    }
    furthest = next;
  }
  return null;
}

function mark(lines: readonly string[], kind: DiffLine['kind']): DiffLine[] {
  return lines.map((text) => ({ kind, text }));
}
