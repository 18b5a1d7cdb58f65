/** What the schema cannot say, at its place in the section (`['unix_sockets', 0, 'path']`). */
export interface ConfigProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}
