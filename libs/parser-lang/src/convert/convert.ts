import { ExactNumber, numberText, type Value } from '@logweave/udm';
import { Failure, quoted } from '../extraction.ts';
import { createUserAgentParser } from '../user-agent/parse-user-agent.ts';
import { bytesToHex, bytesToIp, hexToText, toBytes } from './convert-bytes.ts';
import {
  hexToDecimal,
  millisToNanos,
  millisToSeconds,
  toFloat,
  toInteger,
  toUnsignedInteger,
} from './convert-number.ts';
import { canonicalMac, isIpAddress } from './network-address.ts';
import { kindOf } from './value-kind.ts';

// The same few texts come again and again, whichever parser asks.
const userAgents = createUserAgentParser({ entries: 2048 });

const CONVERSIONS = {
  string: toText,
  integer: toInteger,
  uinteger: toUnsignedInteger,
  float: toFloat,
  boolean: toBoolean,
  hash: toHash,
  ipaddress: toIpAddress,
  macaddress: toMacAddress,
  hextodec: hexToDecimal,
  hextoascii: hexToText,
  bytes: toBytes,
  bytestohex: bytesToHex,
  bytestoip: bytesToIp,
  millitonanos: millisToNanos,
  millitosecs: millisToSeconds,
  parseduseragent: toUserAgent,
} satisfies Record<string, (value: Value) => Value | Failure>;

/** The kinds that `convert` knows. */
export type ConvertKind = keyof typeof CONVERSIONS;

export function isConvertKind(name: string): name is ConvertKind {
  return Object.hasOwn(CONVERSIONS, name);
}

/**
 * Converts a value:
 *
 * - `string`: numbers in plain digits, `true` and `false`; a string is refused
 * - `integer`, `uinteger` (64 bits), `float`: texts by Go's rules, so neither blanks nor (for integers) `12.0`
 * - `boolean`: `true`, `t`, `yes`, `y`, `1` and their contraries in any case
 * - `hash`: hexadecimal digits, in small letters
 * - `ipaddress`, `macaddress`: a valid address; a hardware address in small letters with colons
 * - `hextodec`, `hextoascii`: a decimal number as text; the text of the bytes
 * - `bytes`, `bytestohex`, `bytestoip`: texts stand for their bytes in UTF-8
 * - `millitonanos`, `millitosecs`: milliseconds as other units
 * - `parseduseragent`: the map for `network.http.parsed_user_agent`
 *
 * What does not fit is a failure.
 */
export function convert(value: Value, kind: ConvertKind): Value | Failure {
  return CONVERSIONS[kind](value);
}

// The reference engine fails here, which is why parsers give this conversion an on_error of its own.
const ALREADY_A_STRING = new Failure('already a string');

function toText(value: Value): Value | Failure {
  if (typeof value === 'string') {
    return ALREADY_A_STRING;
  }
  if (typeof value === 'number' || value instanceof ExactNumber) {
    return numberText(value);
  }
  return typeof value === 'boolean' ? String(value) : new Failure(`cannot convert ${kindOf(value)} to a string`);
}

function toBoolean(value: Value): Value | Failure {
  if (typeof value === 'boolean') {
    return value;
  }
  const text = typeof value === 'string' ? value : toText(value);
  if (typeof text === 'string' && /^(?:true|t|yes|y|1)$/i.test(text)) {
    return true;
  }
  if (typeof text === 'string' && /^(?:false|f|no|n|0)$/i.test(text)) {
    return false;
  }
  return new Failure(`cannot convert ${described(value)} to a boolean`);
}

function toHash(value: Value): Value | Failure {
  return typeof value === 'string' && /^(?:[0-9a-fA-F]{2})+$/.test(value)
    ? value.toLowerCase()
    : new Failure(`not a hash: ${described(value)}`);
}

function toIpAddress(value: Value): Value | Failure {
  return typeof value === 'string' && isIpAddress(value)
    ? value
    : new Failure(`not a valid IP address: ${described(value)}`);
}

function toMacAddress(value: Value): Value | Failure {
  const address = typeof value === 'string' ? canonicalMac(value) : undefined;
  return address ?? new Failure(`not a valid MAC address: ${described(value)}`);
}

function toUserAgent(value: Value): Value | Failure {
  return typeof value === 'string' && value !== ''
    ? userAgents.parse(value)
    : new Failure(`not a user agent: ${described(value)}`);
}

function described(value: Value): string {
  return typeof value === 'string' ? quoted(value) : kindOf(value);
}
