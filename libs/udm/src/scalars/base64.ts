import { Buffer } from 'node:buffer';
import { Misfit } from './misfit.ts';

const ALPHABET = /^[A-Za-z0-9+/_-]*={0,2}$/;

/** The bytes of a text in UTF-8, in base64. */
export function textToBase64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

/** Reads base64 in the standard or the URL alphabet, padded or not, and writes it in the standard one, padded. */
export function normalizeBase64(text: string): string | Misfit {
  const digits = text.replace(/=+$/, '');
  if (!ALPHABET.test(text) || digits.length % 4 === 1) {
    return new Misfit('bad_base64', `${JSON.stringify(text.slice(0, 100))} is no base64`);
  }
  return Buffer.from(digits, 'base64').toString('base64');
}
