/** What a log type may look like: the name of one source's format, in upper case, as in `SQUID_WEBPROXY`. */
const LOG_TYPE = /^[A-Z][A-Z0-9_]{0,127}$/;

/** Null when it can name a log type, else what is wrong with it. */
export function logTypeProblem(text: string): string | null {
  return LOG_TYPE.test(text) ? null : 'a log type has 1 to 128 of the characters A-Z, 0-9 and _, a letter first';
}
