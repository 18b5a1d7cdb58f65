/** Expands a template with the groups of a match, the whole match at 0. */
export type ReplaceTemplate = (groups: readonly (string | undefined)[]) => string;

/**
 * Go's replacement template: `$1`, `${1}`, `$name`, `${name}`, and `$$` for a dollar sign. A name is the longest run of
 * letters, digits and `_`, so `$1x` is the group named `1x`. What has no such group is empty, and a dollar sign that
 * begins no name stands for itself.
 * Source: https://pkg.go.dev/regexp#Regexp.Expand
 */
export function compileTemplate(template: string, groupNames: readonly (string | undefined)[]): ReplaceTemplate {
  const parts: (string | readonly number[])[] = [];
  let literal = '';
  let from = 0;
  for (const match of template.matchAll(/\$(?:(\$)|([\p{L}\p{Nd}_]+)|\{([\p{L}\p{Nd}_.@-]+)\})/gu)) {
    literal += template.slice(from, match.index);
    from = match.index + match[0].length;
    const name = match[2] ?? match[3];
    if (name === undefined) {
      literal += '$';
      continue;
    }
    if (literal !== '') parts.push(literal);
    literal = '';
    parts.push(groupsNamed(name, groupNames));
  }
  literal += template.slice(from);
  if (parts.length === 0) return () => literal;
  if (literal !== '') parts.push(literal);
  return (groups) => {
    let text = '';
    for (const part of parts) text += typeof part === 'string' ? part : lastOf(part, groups);
    return text;
  };
}

function groupsNamed(name: string, groupNames: readonly (string | undefined)[]): readonly number[] {
  if (/^[0-9]+$/.test(name)) return Number(name) < groupNames.length ? [Number(name)] : [];
  return groupNames.flatMap((groupName, index) => (groupName === name ? [index] : []));
}

function lastOf(indexes: readonly number[], groups: readonly (string | undefined)[]): string {
  return indexes.reduce((value, index) => groups[index] ?? value, '');
}
