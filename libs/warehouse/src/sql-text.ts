/** A value as a literal of ClickHouse SQL. */
export function quoted(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/**
 * A name as it stands in SQL. Only plain names are let through: they come from configuration, never from data.
 * @throws Error naming what is wrong.
 */
export function identifier(name: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,200}$/.test(name)) {
    throw new Error(`"${name}" cannot be the name of a table or database: letters, digits and _ only.`);
  }
  return name;
}
