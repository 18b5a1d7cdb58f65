import { Buffer } from 'node:buffer';
import type { UdmProblem } from '../problem.ts';
import type { UdmJson } from '../udm-json.ts';
import { isJsonObject } from '../udm-json.ts';
import { listIn, objectIn, textIn } from '../udm-json-path.ts';
import { quoted } from '../value-kind.ts';
import { isIpAddress } from './ip-address.ts';
import { validationMessage } from './policy.ts';

/** RFC 1123 §2.1; an underscore is taken as well, as names of Windows machines have it. */
const HOSTNAME =
  /^(?=.{1,253}\.?$)(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*\.?$/;

const MAC = /^[0-9A-Fa-f]{2}(?:([:-])[0-9A-Fa-f]{2})(?:\1[0-9A-Fa-f]{2}){4}$|^(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}$/;

const ASSET_ID = /^[^:]+:.+$/s;

const HASHES = [
  ['md5', 'md5', /^[0-9a-f]{32}$/],
  ['sha1', 'sha1', /^[0-9a-f]{40}$/],
  ['sha256', 'sha256', /^[0-9a-f]{64}$/],
] as const;

/** Bytes of UTF-8 at most, by the usage guide. */
const METADATA_BYTES = [
  ['description', 'description', 1024],
  ['productEventType', 'product_event_type', 64],
  ['productLogId', 'product_log_id', 256],
  ['productName', 'product_name', 256],
  ['vendorName', 'vendor_name', 256],
  ['productVersion', 'product_version', 32],
] as const;

type Report = (path: string, what: string) => void;

/** Gathers warnings; a format never rejects a record. */
function reporter(problems: UdmProblem[]): Report {
  return (path, what) => {
    problems.push({ severity: 'warning', code: 'bad_format', path, message: validationMessage(`${path} ${what}`) });
  };
}

function checkPort(noun: UdmJson, path: string, report: Report): void {
  const { port } = noun;
  if (typeof port !== 'number') return;
  if (port < 1 || port > 65_535) report(`${path}.port`, `is ${port}, which is not in 1–65535`);
  const addresses = listIn(noun, 'ip').length;
  if (addresses > 1) report(`${path}.ip`, `has ${addresses} addresses beside a port, which belongs to one`);
}

function checkFile(file: UdmJson | undefined, path: string, report: Report): void {
  if (file === undefined) return;
  for (const [json, name, pattern] of HASHES) {
    const hash = textIn(file, json);
    if (hash !== undefined && !pattern.test(hash)) {
      report(`${path}.${name}`, `is ${quoted(hash)}, which is no ${name} in lower-case hexadecimal digits`);
    }
  }
}

/** Warns of values of a noun that are not in the form that searches expect. */
export function checkNounFormats(noun: UdmJson, path: string, problems: UdmProblem[]): void {
  const report = reporter(problems);
  const hostname = textIn(noun, 'hostname');
  if (hostname !== undefined && !HOSTNAME.test(hostname)) {
    report(`${path}.hostname`, `is ${quoted(hostname)}, which is no host name (RFC 1123)`);
  }
  for (const [index, ip] of listIn(noun, 'ip').entries()) {
    if (typeof ip === 'string' && !isIpAddress(ip))
      report(`${path}.ip[${index}]`, `is ${quoted(ip)}, which is no address`);
  }
  for (const [index, mac] of listIn(noun, 'mac').entries()) {
    if (typeof mac === 'string' && !MAC.test(mac)) {
      report(`${path}.mac[${index}]`, `is ${quoted(mac)}, which is no hardware address`);
    }
  }
  const assetId = textIn(noun, 'assetId');
  if (assetId !== undefined && !ASSET_ID.test(assetId)) {
    report(`${path}.asset_id`, `is ${quoted(assetId)}, which is not "Vendor:ID"`);
  }
  checkPort(noun, path, report);
  checkFile(objectIn(noun, 'file'), `${path}.file`, report);
  checkFile(objectIn(objectIn(noun, 'process'), 'file'), `${path}.process.file`, report);
}

/** Warns of texts in the metadata that are longer than the guide allows. */
export function checkMetadataFormats(metadata: UdmJson, problems: UdmProblem[]): void {
  const report = reporter(problems);
  for (const [json, name, limit] of METADATA_BYTES) {
    const text = textIn(metadata, json);
    // A code unit makes three bytes at most.
    if (text === undefined || text.length * 3 <= limit) continue;
    const bytes = Buffer.byteLength(text, 'utf8');
    if (bytes > limit) report(`metadata.${name}`, `has ${bytes} bytes, more than ${limit}`);
  }
}

/** The single nouns of an event and those of its lists, each with its path. */
export function* nounsOf(event: UdmJson): Generator<readonly [noun: UdmJson, path: string]> {
  for (const name of ['principal', 'src', 'target', 'observer']) {
    const noun = objectIn(event, name);
    if (noun !== undefined) yield [noun, name];
  }
  for (const name of ['intermediary', 'about']) {
    for (const [index, noun] of listIn(event, name).entries()) {
      if (isJsonObject(noun)) yield [noun, `${name}[${index}]`];
    }
  }
}
