/** What to do instead of the Perl syntax that begins with the fragment. */
export function perlHint(fragment: string): string {
  if (fragment === '(?=' || fragment === '(?!')
    return 'there is no lookahead: match what follows, or test it in a condition';
  if (fragment === '(?<=' || fragment === '(?<!')
    return 'there is no lookbehind: match what precedes outside of the group';
  if (fragment === '(?>') return 'there are no atomic groups, and no need of them: write (?:…)';
  if (fragment === '(?#') return 'there are no comments inside expressions';
  if (fragment === '(?|') return 'there is no branch reset: give both branches the same group name';
  if (fragment === '(?(') return 'there are no conditional groups: write both cases as alternatives';
  if (fragment.startsWith('(?P=')) return 'there are no back-references';
  if (fragment.startsWith('(?P>') || fragment.startsWith('(?&') || fragment.startsWith('(?R'))
    return 'there is no recursion';
  return 'known flags are i, m, s and U';
}

/** What to write instead of the escape, the letter after the backslash given. */
export function escapeHint(letter: string): string {
  if (letter >= '1' && letter <= '9') return 'there are no back-references';
  switch (letter) {
    case 'k':
    case 'g':
      return 'there are no back-references';
    case 'Z':
      return 'write \\z for the end of the text';
    case 'h':
      return 'write [ \\t] for a blank';
    case 'R':
      return 'write \\r?\\n for the end of a line';
    case 'C':
      return 'there is no matching of single bytes';
    case 'e':
      return 'write \\x1b';
    case 'u':
      return 'write \\x{…} for a code point';
    case 'E':
      return '\\E ends \\Q and stands alone nowhere';
    default:
      return '';
  }
}
