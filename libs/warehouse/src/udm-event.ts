import { canonicalIp } from '@logweave/model';

/** A message of proto3 JSON whose fields are not looked at yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// These take the value of a field and not its name: a place in the code that reads one field is several times as fast.

/** A message, an empty one when it is none. */
export function message(value: unknown): JsonObject {
  return isObject(value) ? value : EMPTY;
}

/** Text, empty when it is none. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The texts of a list, those that are none or empty left out; one text counts as a list of it. */
export function texts(value: unknown): readonly string[] {
  if (typeof value === 'string') return value === '' ? NO_TEXTS : [value];
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string' && each !== '') : NO_TEXTS;
}

/** The messages of a list; one message counts as a list of it. */
export function messages(value: unknown): readonly JsonObject[] {
  if (Array.isArray(value)) return value.filter(isObject);
  return isObject(value) ? [value] : NO_MESSAGES;
}

/** What an event can be found by. Each value once, in the order in which it occurs. */
export class SearchTerms {
  readonly ips = new Set<string>();
  readonly hosts = new Set<string>();
  readonly users = new Set<string>();
  readonly hashes = new Set<string>();

  clear(): void {
    for (const terms of [this.ips, this.hosts, this.users, this.hashes]) terms.clear();
  }

  /** Takes what a noun (a principal, a target, an entity) is known by. */
  addNoun(noun: JsonObject): void {
    if (noun === EMPTY) return;
    const asset = message(noun['asset']);
    for (const ip of texts(noun['ip'])) this.ips.add(canonical(ip));
    for (const ip of texts(asset['ip'])) this.ips.add(canonical(ip));
    addLower(this.hosts, text(noun['hostname']));
    addLower(this.hosts, text(asset['hostname']));
    addLower(this.hosts, text(message(noun['domain'])['name']));
    const user = message(noun['user']);
    addLower(this.users, text(user['userid']));
    for (const address of texts(user['emailAddresses'])) addLower(this.users, address);
    this.#addFile(message(noun['file']));
    let process = message(noun['process']);
    while (process !== EMPTY) {
      this.#addFile(message(process['file']));
      process = message(process['parentProcess']);
    }
  }

  #addFile(file: JsonObject): void {
    if (file === EMPTY) return;
    addLower(this.hashes, text(file['sha256']));
    addLower(this.hashes, text(file['sha1']));
    addLower(this.hashes, text(file['md5']));
  }
}

const EMPTY: JsonObject = {};
const NO_TEXTS: readonly string[] = [];
const NO_MESSAGES: readonly JsonObject[] = [];

/** An address in its canonical form; what is no address stays as it is. */
export function canonical(ip: string): string {
  return canonicalIp(ip) ?? ip;
}

function addLower(terms: Set<string>, term: string): void {
  if (term !== '') terms.add(term.toLowerCase());
}

/** Ascending, as the numbers of the enum SecurityResult.ProductSeverity. */
const SEVERITIES = ['UNKNOWN_SEVERITY', 'INFORMATIONAL', 'NONE', 'ERROR', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'];

/** The highest severity of results; one that is not known counts least. Empty: there is none. */
export function highestSeverity(results: readonly JsonObject[]): string {
  let highest = '';
  let rank = -2;
  for (const result of results) {
    const severity = text(result['severity']);
    const its = SEVERITIES.indexOf(severity);
    if (severity === '' || its <= rank) continue;
    highest = severity;
    rank = its;
  }
  return highest;
}
