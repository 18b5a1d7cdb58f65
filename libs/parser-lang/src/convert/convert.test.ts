import { ExactNumber, type Value } from '@logweave/udm';
import { describe, expect, it } from 'vitest';
import { Failure } from '../extraction.ts';
import { type ConvertKind, convert, isConvertKind } from './convert.ts';

describe('convert', () => {
  it.each<[ConvertKind, Value, Value]>([
    ['string', 12, '12'],
    ['string', 1.5, '1.5'],
    ['string', new ExactNumber('1.50'), '1.50'],
    ['string', new ExactNumber('12345678901234567890123'), '12345678901234567890123'],
    ['string', true, 'true'],
    ['integer', '42', 42],
    ['integer', '-42', -42],
    ['integer', '+5', 5],
    ['integer', '007', 7],
    ['integer', `+${'0'.repeat(40)}7`, 7],
    ['integer', '-0', 0],
    ['integer', '9007199254740993', new ExactNumber('9007199254740993')],
    ['integer', '-9223372036854775808', new ExactNumber('-9223372036854775808')],
    ['integer', 42, 42],
    ['integer', 12.9, 12],
    ['integer', -12.9, -12],
    ['integer', new ExactNumber('12.0'), 12],
    ['integer', new ExactNumber('9223372036854775807'), new ExactNumber('9223372036854775807')],
    ['integer', true, 1],
    ['uinteger', '18446744073709551615', new ExactNumber('18446744073709551615')],
    ['uinteger', '0', 0],
    ['uinteger', 7, 7],
    ['float', '1.50', 1.5],
    ['float', '-.5e1', -5],
    ['float', '3.', 3],
    ['float', '1_000.5', 1000.5],
    ['float', new ExactNumber('1.50'), 1.5],
    ['float', 2, 2],
    ['boolean', 'TRUE', true],
    ['boolean', 'yes', true],
    ['boolean', '0', false],
    ['boolean', 'No', false],
    ['boolean', 1, true],
    ['boolean', false, false],
    ['hash', 'D41D8CD98F00B204E9800998ECF8427E', 'd41d8cd98f00b204e9800998ecf8427e'],
    ['ipaddress', '192.0.2.1', '192.0.2.1'],
    ['ipaddress', '2001:DB8::1', '2001:DB8::1'],
    ['ipaddress', '::', '::'],
    ['ipaddress', '::ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['ipaddress', '1:2:3:4:5:6:7::', '1:2:3:4:5:6:7::'],
    ['macaddress', '00-1B-44-11-3A-B7', '00:1b:44:11:3a:b7'],
    ['macaddress', '001B.4411.3AB7', '00:1b:44:11:3a:b7'],
    ['macaddress', '00:1b:44:11:3a:b7', '00:1b:44:11:3a:b7'],
    ['hextodec', '0x1F4', '500'],
    ['hextodec', 'ffffffffffffffff', '18446744073709551615'],
    ['hextoascii', '68656c6C6F', 'hello'],
    ['hextoascii', '0xe29c93', '✓'],
    ['bytes', 'abc', 'abc'],
    ['bytestohex', 'hé', '68c3a9'],
    ['bytestohex', [0, 255, 16], '00ff10'],
    ['bytestoip', [192, 0, 2, 1], '192.0.2.1'],
    ['bytestoip', 'wAACAQ==', '192.0.2.1'],
    ['bytestoip', [32, 1, 13, 184, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], '2001:db8::1'],
    ['bytestoip', Array.from({ length: 16 }, () => 0), '::'],
    ['bytestoip', [0, 1, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0], '1:0:0:2::'],
    ['bytestoip', [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 192, 0, 2, 1], '192.0.2.1'],
    ['millitonanos', '1500', 1_500_000_000],
    ['millitonanos', '1588059648129', new ExactNumber('1588059648129000000')],
    ['millitosecs', 1_588_059_648_129, 1_588_059_648],
  ])('%s of %j is %j', (kind, value, expected) => {
    expect(convert(value, kind)).toEqual(expected);
  });

  it.each<[ConvertKind, Value, string]>([
    ['integer', '12.0', 'parsing "12.0": invalid syntax'],
    ['integer', ' 12', 'parsing " 12": invalid syntax'],
    ['integer', '', 'parsing "": invalid syntax'],
    ['integer', '0x10', 'parsing "0x10": invalid syntax'],
    ['integer', '1_000', 'parsing "1_000": invalid syntax'],
    ['integer', '9223372036854775808', 'parsing "9223372036854775808": value out of range'],
    ['integer', 1e300, `parsing "${BigInt(1e300)}`.slice(0, 137)],
    ['integer', '9'.repeat(100_000), 'value out of range'],
    ['uinteger', '+5', 'parsing "+5": invalid syntax'],
    ['uinteger', '-1', 'parsing "-1": invalid syntax'],
    ['uinteger', -1, 'parsing "-1": value out of range'],
    ['uinteger', '18446744073709551616', 'parsing "18446744073709551616": value out of range'],
    ['float', '1,5', 'parsing "1,5": invalid syntax'],
    ['float', '1__0', 'parsing "1__0": invalid syntax'],
    ['float', 'NaN', 'parsing "NaN": invalid syntax'],
    ['float', '1e400', 'parsing "1e400": value out of range'],
    ['boolean', 'maybe', 'cannot convert "maybe" to a boolean'],
    ['boolean', '', 'cannot convert "" to a boolean'],
    ['string', 'text', 'already a string'],
    ['string', ['a'], 'cannot convert a list to a string'],
    ['string', new Map(), 'cannot convert a map to a string'],
    ['integer', null, 'cannot convert null to a number'],
    ['hash', 'xyz', 'not a hash: "xyz"'],
    ['ipaddress', '192.0.2.256', 'not a valid IP address: "192.0.2.256"'],
    ['ipaddress', '192.0.2.01', 'not a valid IP address: "192.0.2.01"'],
    ['ipaddress', '192.0.2.1.', 'not a valid IP address: "192.0.2.1."'],
    ['ipaddress', '192.0.2', 'not a valid IP address: "192.0.2"'],
    ['ipaddress', 'fe80::1%eth0', 'not a valid IP address: "fe80::1%eth0"'],
    ['ipaddress', '1::2::3', 'not a valid IP address: "1::2::3"'],
    ['ipaddress', '1:2:3:4:5:6:7:8::', 'not a valid IP address: "1:2:3:4:5:6:7:8::"'],
    ['ipaddress', ':1:2:3:4:5:6:7', 'not a valid IP address: ":1:2:3:4:5:6:7"'],
    ['ipaddress', '12345::', 'not a valid IP address: "12345::"'],
    ['ipaddress', 'host', 'not a valid IP address: "host"'],
    ['ipaddress', '', 'not a valid IP address: ""'],
    ['macaddress', '00:1b:44:11:3a', 'not a valid MAC address: "00:1b:44:11:3a"'],
    ['macaddress', '00:1b-44:11:3a:b7', 'not a valid MAC address: "00:1b-44:11:3a:b7"'],
    ['macaddress', '001b44113ab7', 'not a valid MAC address: "001b44113ab7"'],
    ['hextodec', 'xyz', 'not a hexadecimal number: "xyz"'],
    ['hextodec', '10000000000000000', 'parsing "10000000000000000": value out of range'],
    ['hextoascii', '6', 'not pairs of hexadecimal digits: "6"'],
    ['bytestoip', [1, 2, 3], 'an address has 4 or 16 bytes'],
    ['bytestoip', [1, 2, 3, 256], 'cannot read bytes of a list of other things'],
    ['millitosecs', 'soon', 'parsing "soon": invalid syntax'],
    ['parseduseragent', '', 'not a user agent: ""'],
  ])('%s of %j fails', (kind, value, message) => {
    const result = convert(value, kind);
    expect(result).toBeInstanceOf(Failure);
    expect(result instanceof Failure ? result.message : '').toContain(message);
  });

  it('gives a map for a user agent', () => {
    expect(convert('curl/8.5.0', 'parseduseragent')).toEqual(
      new Map([
        ['family', 'USER_DEFINED'],
        ['device', 'curl'],
        ['device_version', '8.5.0'],
      ]),
    );
  });

  it('knows its kinds', () => {
    expect(['integer', 'parseduseragent', 'int', 'toString', ''].map(isConvertKind)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
