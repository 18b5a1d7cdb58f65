import { readdirSync, readFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

/** A process that cannot be mistaken for a later one with its number. */
export interface ProcessMark {
  readonly pid: number;
  /** In the kernel's ticks since it started. */
  readonly startTicks: string;
}

/** The processes that this one has started, and those that they have started. Linux only. */
export function descendantsOf(pid: number): readonly ProcessMark[] {
  return childrenOf(pid).flatMap((child) => {
    const mark = markOf(child);
    return mark === null ? [] : [mark, ...descendantsOf(child)];
  });
}

export function isAlive({ pid, startTicks }: ProcessMark): boolean {
  return markOf(pid)?.startTicks === startTicks;
}

/** Lets a process run behind others, but not starve: its end must come in time. Its threads have priorities of their own. */
export function lowerPriority({ pid }: ProcessMark): void {
  for (const thread of orNull(() => readdirSync(`/proc/${pid}/task`)) ?? []) {
    orNull(() => setPriority(Number(thread), constants.priority.PRIORITY_BELOW_NORMAL));
  }
}

function childrenOf(pid: number): readonly number[] {
  const threads = orNull(() => readdirSync(`/proc/${pid}/task`)) ?? [];
  return threads.flatMap((thread) => {
    const text = orNull(() => readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1')) ?? '';
    return text.split(' ').filter(Boolean).map(Number);
  });
}

/** Null when there is no such process, or only its remains that nobody has asked for yet. */
function markOf(pid: number): ProcessMark | null {
  const text = orNull(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  if (text === null) return null;
  // The name stands in parentheses and may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state = 'X'] = fields;
  return state === 'Z' || state === 'X' ? null : { pid, startTicks: fields[19] ?? '' };
}

/** Processes come and go while one looks: what is gone is no error. */
function orNull<T>(look: () => T): T | null {
  try {
    return look();
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return null;
    // What `setPriority` throws has its number elsewhere.
    if (error instanceof Error && 'info' in error && error.message.includes('ESRCH')) return null;
    throw error;
  }
}
