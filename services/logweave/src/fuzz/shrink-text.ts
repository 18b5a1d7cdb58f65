/** How often a text is tried while it is made smaller, and how many characters all tries have together. */
const TRIES = 2_000;
const CHARACTERS = 64 * 1024 * 1024;

/** A shorter text for which `fails` still holds: parts are taken away, large ones first, as long as it does. */
export function shrinkText(text: string, fails: (text: string) => boolean): string {
  let shrunk = text;
  let tries = 0;
  let characters = 0;
  for (let size = 1 << Math.ceil(Math.log2(shrunk.length + 1)); size >= 1; size >>= 1) {
    for (let at = 0; at < shrunk.length && tries < TRIES && characters < CHARACTERS; tries++) {
      const shorter = shrunk.slice(0, at) + shrunk.slice(at + size);
      characters += shorter.length;
      if (fails(shorter)) shrunk = shorter;
      else at += size;
    }
  }
  return shrunk;
}
