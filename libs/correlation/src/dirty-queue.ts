import type { KeyState } from './key-state.ts';

/**
 * The keys that are not clean, in the order in which they stopped being clean. Each has the positions of both inputs
 * just before that, so the head's are where a successor must begin to read.
 */
export class DirtyQueue {
  #head: KeyState | null = null;
  #tail: KeyState | null = null;
  #size = 0;

  get head(): KeyState | null {
    return this.#head;
  }

  get size(): number {
    return this.#size;
  }

  append(key: KeyState, positionA: number, positionB: number): void {
    key.positionA = positionA;
    key.positionB = positionB;
    key.previous = this.#tail;
    key.next = null;
    if (this.#tail === null) this.#head = key;
    else this.#tail.next = key;
    this.#tail = key;
    this.#size++;
  }

  remove(key: KeyState): void {
    if (key.previous === null) this.#head = key.next;
    else key.previous.next = key.next;
    if (key.next === null) this.#tail = key.previous;
    else key.next.previous = key.previous;
    key.previous = null;
    key.next = null;
    this.#size--;
  }
}
