import type { PatternTable } from './pattern-table.ts';

const UNRESERVED = String.raw`A-Za-z0-9$.+!*'(){},~@#%&/=:;_`;

/** Paths of files and parts of URIs. */
export const PATH_PATTERNS: PatternTable = {
  PATH: '%{UNIXPATH}|%{WINPATH}',
  // Of the original only this is left in the reference engine.
  UNIXPATH: String.raw`/\S*`,
  TTY: String.raw`/dev/(?:pts|tty[pq]?)\w*/?[0-9]+`,
  WINPATH: String.raw`(?:[A-Za-z]:|\\)(?:\\[^\\?*]*)+`,
  URIPROTO: String.raw`[A-Za-z]+(?:\+[A-Za-z+]+)?`,
  URIHOST: '%{IPORHOST}(?::%{POSINT:port})?',
  URIPATH: String.raw`(?:/[A-Za-z0-9$.+!*'(){},~:;=@#%_-]*)+`,
  URIPARAM: String.raw`\?[${UNRESERVED}|?<>\[\]-]*`,
  URIPATHPARAM: '%{URIPATH}(?:%{URIPARAM})?',
  URI: '%{URIPROTO}://(?:%{USER}(?::[^@]*)?@)?(?:%{URIHOST})?(?:%{URIPATHPARAM})?',
};
