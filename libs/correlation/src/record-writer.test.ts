import { EventReader, type OrphanReason } from '@logweave/model';
import { describe, expect, test } from 'vitest';
import { HeldEvent, type SideIndex } from './held-event.ts';
import { KeyState } from './key-state.ts';
import { RecordWriter } from './record-writer.ts';
import type { MatchingMode } from './rules.ts';

const A =
  '{"src_ip":"192.0.2.7","src_port":50123,"dst_ip":"198.51.100.1","dst_port":443,"timestamp":1704110400000000000,"method":"GET","path":"/api","size":1.0,"correlated":"x"}';
const B =
  '{"src_ip":"192.0.2.7","src_port":"50123","dst_ip":"198.51.100.1","dst_port":443,"timestamp":1704110399990000000,"size":60,"ja4":"t13d1516h2_8daaf6152771_02713d6af862"}';

/** The event that a task would hold of a line; a line without a timestamp arrived at the start of 2024. */
function held(side: SideIndex, line: string, offset = 0): HeldEvent {
  const reader = new EventReader({
    side: side === 0 ? 'A' : 'B',
    keyFields: ['src_ip', 'src_port'],
    time: 'event_or_arrival',
    maxFutureSkewMs: Number.POSITIVE_INFINITY,
  });
  // The line stands in the middle of other bytes, as in a batch.
  const bytes = Buffer.from(`]]${line}"}`);
  const rejection = reader.read(bytes, 2, bytes.length - 2, 1_704_067_200_000);
  if (rejection !== null) throw new Error(`not an event: ${JSON.stringify(rejection)}`);
  const key = new KeyState(reader.packedKey, reader.packedKey < 0 ? reader.key : null);
  return new HeldEvent(side, key, reader.ms, reader.ns, offset, 0, bytes, 2, bytes.length - 2);
}

function pair(a: string, b: string, mode: MatchingMode = 'one_to_many', ordinal = 0): string {
  return new RecordWriter(mode).pair(held(0, a), held(1, b), ordinal).toString();
}

function orphan(
  side: SideIndex,
  line: string,
  mode: MatchingMode = 'one_to_many',
  reason: OrphanReason = 'no_partner',
  nearestNs = -1,
): string {
  return new RecordWriter(mode).orphan(held(side, line), reason, nearestNs).toString();
}

/** A line with the default key, at second 1 of the epoch unless it says otherwise. */
function line(rest: string): string {
  return `{"src_ip":"192.0.2.7","src_port":50123,"timestamp":1000000001${rest === '' ? '' : ','}${rest}}`;
}

/** The part of a record after its last time. */
function payload(record: string): string {
  return record.replace(/^.*?"[ab]_timestamp":-?[0-9]+(,"b_timestamp":-?[0-9]+)?,?/, '').replace(/}$/, '');
}

describe('the record of a pair', () => {
  test('is the example of the rules, byte for byte', () => {
    expect(pair(A, B)).toBe(
      '{"timestamp":"2024-01-01T12:00:00Z","src_ip":"192.0.2.7","src_port":50123,"dst_ip":"198.51.100.1","dst_port":443,"correlated":true,"orphan_side":"","keepalives":0,"a_timestamp":1704110400000000000,"b_timestamp":1704110399990000000,"method":"GET","path":"/api","a_size":1.0,"a_correlated":"x","b_src_port":"50123","b_size":60,"ja4":"t13d1516h2_8daaf6152771_02713d6af862"}',
    );
  });

  test('takes the short cut and the long way to the same bytes when nothing clashes', () => {
    const a = line('"method":"GET","path":"/api"');
    const b = line('"ttl":64,"ja4":"t13"');
    const head =
      '{"timestamp":"2001-09-09T01:46:41Z","src_ip":"192.0.2.7","src_port":50123,"correlated":true,"orphan_side":"","keepalives":3,"a_timestamp":1000000001000000000,"b_timestamp":1000000001000000000';
    expect(pair(a, b, 'one_to_many', 3)).toBe(`${head},"method":"GET","path":"/api","ttl":64,"ja4":"t13"}`);
    expect(pair(a, b.replace('50123', '"50123"'), 'one_to_many', 3)).toBe(
      `${head},"method":"GET","path":"/api","b_src_port":"50123","ttl":64,"ja4":"t13"}`,
    );
  });

  test('says a field once, in A’s place, that both carry with the same bytes', () => {
    expect(payload(pair(line('"x":1,"host":"h","y":2'), line('"z":3,"host":"h","w":4')))).toBe(
      '"x":1,"host":"h","y":2,"z":3,"w":4',
    );
  });

  test('gives both their prefix when the bytes differ, though the value is the same', () => {
    expect(payload(pair(line('"n":1.0'), line('"n":1.00')))).toBe('"a_n":1.0,"b_n":1.00');
    expect(payload(pair(line('"n":[1, 2]'), line('"n":[1,2]')))).toBe('"a_n":[1, 2],"b_n":[1,2]');
  });

  test('repeats a prefix until the name is in neither source, not in part 1 and not given', () => {
    expect(payload(pair(line('"n":1,"a_n":2'), line('"n":3,"b_b_n":4,"a_a_n":5')))).toBe(
      '"a_a_a_n":1,"a_n":2,"b_n":3,"b_b_n":4,"a_a_n":5',
    );
    expect(payload(pair(line('"timestamp":5,"a_n":1,"n":2'), line('"a_n":3,"n":4')))).toBe(
      '"a_a_n":1,"a_a_a_n":2,"b_a_n":3,"b_n":4',
    );
    expect(payload(pair(line('"a_timestamp":1'), line('"b_timestamp":2')))).toBe('"a_a_timestamp":1,"b_b_timestamp":2');
  });

  test('fault 40: keeps a name twice that one source has twice', () => {
    expect(payload(pair(line('"x":1,"x":2'), line('"y":3,"y":3')))).toBe('"x":1,"x":2,"y":3,"y":3');
    expect(payload(pair(line('"x":1,"x":2'), line('"x":1,"x":2')))).toBe('"x":1,"x":2');
    expect(payload(pair(line('"x":1,"x":2'), line('"x":2,"x":1')))).toBe('"a_x":1,"a_x":2,"b_x":2,"b_x":1');
    expect(payload(pair(line('"x":1,"x":1'), line('"x":1')))).toBe('"a_x":1,"a_x":1,"b_x":1');
    expect(payload(pair(line('"x":1'), line('"x":1,"x":1')))).toBe('"a_x":1,"b_x":1,"b_x":1');
  });

  test('fault 40: takes the last of a core field that stands twice and keeps the other under its prefix', () => {
    const record = pair(line('"dst_port":80,"dst_port":443'), line('"src_ip":"192.0.2.9","src_ip":"192.0.2.7"'));
    expect(record).toContain('"dst_port":443,"correlated"');
    expect(payload(record)).toBe('"a_dst_port":80,"b_src_ip":"192.0.2.9"');
    expect(payload(pair(line('"timestamp":1000000002'), line('')))).toBe('');
  });

  test('gives a name of part 1 its prefix whether this record has it or not', () => {
    expect(payload(pair(line('"orphan_reason":1,"x":2'), line('"orphan_side":"A","keepalives":9')))).toBe(
      '"a_orphan_reason":1,"x":2,"b_orphan_side":"A","b_keepalives":9',
    );
  });

  test('keeps white space inside values and none between them', () => {
    const a = '{ "src_ip" : "192.0.2.7" ,"src_port":50123, "timestamp":1000000001 , "x" : [ 1 , 2 ] ,"y":1,"z": 2 }';
    expect(payload(pair(a, line('"w" :3')))).toBe('"x":[ 1 , 2 ],"y":1,"z":2,"w":3');
  });

  test('sees through escapes in names, and keeps them', () => {
    expect(payload(pair(line('"h\\u006fst":1'), line('"host":1,"y":2')))).toBe('"h\\u006fst":1,"y":2');
    expect(payload(pair(line('"h\\u006fst":1'), line('"host":2')))).toBe('"a_h\\u006fst":1,"b_host":2');
    expect(payload(pair(line('"d\\u0073t_port":"x","\\u006b":1'), line('')))).toBe(
      '"a_d\\u0073t_port":"x","\\u006b":1',
    );
    expect(payload(pair(line('"\\ud800":1'), line('"\\ud801":2')))).toBe('"\\ud800":1,"\\ud801":2');
  });

  test('fault 42: carries names that mean something to JavaScript like any other', () => {
    const odd = '"__proto__":1,"constructor":2,"toString":3,"hasOwnProperty":4';
    expect(payload(pair(line(odd), line('"y":1')))).toBe(`${odd},"y":1`);
    expect(payload(pair(line(odd), line('"__proto__":5,"constructor":2')))).toBe(
      '"a___proto__":1,"constructor":2,"toString":3,"hasOwnProperty":4,"b___proto__":5',
    );
  });

  test('fault 39: keeps the bytes of numbers that a double cannot hold', () => {
    const odd = '"a":1e309,"b":-0,"c":9007199254740993,"d":1E+2,"e":0.10,"f":123456789012345678901234567890';
    expect(payload(pair(line(odd), line('')))).toBe(odd);
    expect(payload(pair(line(odd), line('"b":0')))).toBe(odd.replace('"b"', '"a_b"').concat(',"b_b":0'));
  });

  test('writes addresses as RFC 5952 has them and keeps another spelling under the prefix', () => {
    const a = '{"src_ip":"2001:DB8:0:0::1","src_port":1,"timestamp":1000000001,"dst_ip":"2001:db8::2"}';
    const b = '{"src_ip":"2001:db8::1","src_port":1,"timestamp":1000000001,"dst_ip":"2001:DB8::2"}';
    const record = pair(a, b);
    expect(record).toContain('Z","src_ip":"2001:db8::1","src_port":1,"dst_ip":"2001:db8::2","correlated"');
    expect(payload(record)).toBe('"a_src_ip":"2001:DB8:0:0::1","b_dst_ip":"2001:DB8::2"');
    const mapped = pair(line('').replace('192.0.2.7', '::ffff:192.0.2.7'), line(''));
    expect(mapped).toContain('"src_ip":"192.0.2.7"');
    expect(payload(mapped)).toBe('"a_src_ip":"::ffff:192.0.2.7"');
  });

  test('takes a destination of B where A has none that is valid', () => {
    const record = pair(line('"dst_ip":"nowhere","dst_port":null'), line('"dst_ip":"198.51.100.1","dst_port":"443"'));
    expect(record).toContain('"dst_ip":"198.51.100.1","dst_port":443,"correlated"');
    expect(payload(record)).toBe('"a_dst_ip":"nowhere","a_dst_port":null,"b_dst_port":"443"');
    const none = pair(line('"dst_port":70000'), line('"dst_port":70000'));
    expect(none).toContain('"src_port":50123,"correlated"');
    expect(payload(none)).toBe('"a_dst_port":70000,"b_dst_port":70000');
    expect(payload(pair(line('"dst_port":443'), line('"dst_port":444')))).toBe('"b_dst_port":444');
  });

  test('counts in keepalives unless A brings a value, null included', () => {
    expect(pair(line(''), line(''), 'one_to_many', 12)).toContain('"orphan_side":"","keepalives":12,"a_timestamp"');
    const own = pair(line('"keepalives": 7,"x":1'), line('"keepalives":7'), 'one_to_many', 12);
    expect(own).toContain('"keepalives":7,"a_timestamp"');
    expect(payload(own)).toBe('"x":1,"b_keepalives":7');
    expect(pair(line('"keepalives":null'), line(''))).toContain('"keepalives":null,"a_timestamp"');
    const twice = pair(line('"keepalives":1,"keepalives":2'), line(''));
    expect(twice).toContain('"keepalives":2,"a_timestamp"');
    expect(payload(twice)).toBe('"a_keepalives":1');
  });

  test('treats keepalives like every other field in one_to_one', () => {
    const record = pair(line('"keepalives":1,"x":2'), line('"keepalives":1'), 'one_to_one', 4);
    expect(record).toContain('"orphan_side":"","a_timestamp"');
    expect(payload(record)).toBe('"keepalives":1,"x":2');
  });

  test('ends with the line numbers when asked, and then nobody else has those names', () => {
    const writer = new RecordWriter('one_to_one', { withLines: true });
    expect(payload(writer.pair(held(0, line('"a_line":5'), 17), held(1, line('"y":1'), 4), 0).toString())).toBe(
      '"a_a_line":5,"y":1,"a_line":17,"b_line":4',
    );
    expect(payload(writer.orphan(held(1, line(''), 8), 'late', -1).toString())).toBe('"b_line":8');
    expect(payload(pair(line('"a_line":5'), line('')))).toBe('"a_line":5');
  });
});

describe('the times of a record', () => {
  test.each([
    ['1704110400123456789', '2024-01-01T12:00:00.123456789Z', '1704110400123456789'],
    ['1704110400.5', '2024-01-01T12:00:00.5Z', '1704110400500000000'],
    ['"2024-02-29T23:59:59.000000001Z"', '2024-02-29T23:59:59.000000001Z', '1709251199000000001'],
    ['0', '1970-01-01T00:00:00Z', '0'],
    ['0.000000042', '1970-01-01T00:00:00.000000042Z', '42'],
    ['0.001000042', '1970-01-01T00:00:00.001000042Z', '1000042'],
    ['-0.000000001', '1969-12-31T23:59:59.999999999Z', '-1'],
    ['-0.5', '1969-12-31T23:59:59.5Z', '-500000000'],
    ['"0001-01-01T00:00:00Z"', '0001-01-01T00:00:00Z', '-62135596800000000000'],
    ['"9999-12-31T23:59:59.999999999Z"', '9999-12-31T23:59:59.999999999Z', '253402300799999999999'],
  ])('of %s are exact', (timestamp, rfc3339, ns) => {
    const record = orphan(0, `{"src_ip":"1.2.3.4","src_port":0,"timestamp":${timestamp}}`);
    expect(record).toBe(
      `{"timestamp":"${rfc3339}","src_ip":"1.2.3.4","src_port":0,"correlated":false,"orphan_side":"A","orphan_reason":"no_partner","a_timestamp":${ns}}`,
    );
  });
});

describe('the record of an orphan', () => {
  test('of A says its reason and, where there is one, the distance', () => {
    expect(orphan(0, A, 'one_to_many', 'outside_window', 1_500_000_000)).toBe(
      '{"timestamp":"2024-01-01T12:00:00Z","src_ip":"192.0.2.7","src_port":50123,"dst_ip":"198.51.100.1","dst_port":443,"correlated":false,"orphan_side":"A","orphan_reason":"outside_window","orphan_nearest_ms":1500,"a_timestamp":1704110400000000000,"method":"GET","path":"/api","size":1.0,"a_correlated":"x"}',
    );
  });

  test('of B carries its own fields', () => {
    expect(orphan(1, B, 'one_to_one', 'source_silent')).toBe(
      '{"timestamp":"2024-01-01T11:59:59.99Z","src_ip":"192.0.2.7","src_port":50123,"dst_ip":"198.51.100.1","dst_port":443,"correlated":false,"orphan_side":"B","orphan_reason":"source_silent","b_timestamp":1704110399990000000,"b_src_port":"50123","size":60,"ja4":"t13d1516h2_8daaf6152771_02713d6af862"}',
    );
  });

  test.each([
    [0, '0'],
    [1, '0.000001'],
    [10_000_000, '10'],
    [12_345_678, '12.345678'],
    [1_000_100_000, '1000.1'],
    [8_985_600_000_000_001, '8985600000.000001'],
  ])('writes a distance of %d ns as %s ms', (ns, ms) => {
    expect(orphan(0, line(''), 'one_to_one', 'outside_window', ns)).toContain(
      `"orphan_nearest_ms":${ms},"a_timestamp"`,
    );
  });

  test('has keepalives only when it brings it, and in part 1 only in one_to_many', () => {
    expect(orphan(0, line(''))).not.toContain('keepalives');
    expect(orphan(0, line('"keepalives":2'))).toContain('"orphan_side":"A","keepalives":2,"orphan_reason"');
    expect(orphan(1, line('"keepalives":null'))).toContain('"orphan_side":"B","keepalives":null,"orphan_reason"');
    expect(payload(orphan(1, line('"keepalives":2'), 'one_to_one'))).toBe('"keepalives":2');
  });
});

describe('the bytes of a record', () => {
  test('stay valid while thousands more are written, and when one is larger than a chunk', () => {
    const writer = new RecordWriter('one_to_many');
    const records: Buffer[] = [];
    for (let i = 0; i < 3000; i++) {
      const rest = i % 1000 === 7 ? `"n":${i},"large":"${'x'.repeat(300_000)}"` : `"n":${i}`;
      records.push(writer.pair(held(0, line(rest)), held(1, line('"y":"y"')), i));
    }
    for (const [i, record] of records.entries()) {
      const parsed: unknown = JSON.parse(record.toString());
      expect(parsed).toMatchObject({ n: i, keepalives: i, y: 'y' });
    }
  });

  test('hold a pair whose prefixes need more room than its sources', () => {
    const names = Array.from({ length: 100 }, (_, i) => `"${'a_'.repeat(i)}q":1`).join();
    const many = Array.from({ length: 850 }, (_, i) => `"q":${i}`).join();
    const record = pair(line(`${names},${many}`), line('"q":"other"'));
    expect(record.match(new RegExp(`"${'a_'.repeat(100)}q":`, 'g'))).toHaveLength(851);
    expect(record.endsWith(',"b_q":"other"}')).toBe(true);
  });

  test('refuse bytes that no reader passed', () => {
    const event = held(0, line(''));
    const broken = new HeldEvent(0, event.key, 0, 0, 0, 0, Buffer.from('[]'), 0, 2);
    expect(() => new RecordWriter('one_to_one').orphan(broken, 'late', -1)).toThrow('no JSON object');
  });
});
