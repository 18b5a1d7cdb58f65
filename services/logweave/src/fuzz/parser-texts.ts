import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseProgram } from '@logweave/parser-lang';

const SOURCES = fileURLToPath(new URL('../../../../libs/parser-lang/src', import.meta.url));
/** Statements in a test stand in backquotes. */
const QUOTED = /`([^`$\\]{12,4000})`/g;

/** Parsers that the tests of the language are made of, and one with every filter. */
export function testParserTexts(): readonly string[] {
  const texts = new Set<string>([EVERY_FILTER]);
  for (const file of readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).toSorted()) {
    if (!file.endsWith('.test.ts')) continue;
    for (const [, quoted = ''] of readFileSync(join(SOURCES, file), 'utf8').matchAll(QUOTED)) {
      const text = /^\s*filter\b/.test(quoted) ? quoted : `filter {\n${quoted}\n}`;
      if (parseProgram(text).diagnostics.length === 0) texts.add(text);
    }
  }
  return [...texts];
}

const EVERY_FILTER = `
filter {
  mutate { replace => { "a.b" => "x%{message}" "list" => "" "n" => "12" } on_error => "e0" }
  json { source => "message" target => "j" array_function => "split_columns" on_error => "e1" }
  kv { source => "message" field_split => " ;" value_split => "=:" whitespace => "strict" trim_value => "\\"" target => "k" on_error => "e2" }
  csv { source => "message" separator => "," lazy_quotes => true target => "c" on_error => "e3" }
  xml { source => "message" xpath => { "/Event/Data[@Name='x']" => "x1" "//Data[last()]/text()" => "x2" } on_error => "e4" }
  grok { match => { "message" => ["^%{IP:ip} (?P<rest>.*)$", "(?<word>\\\\w+)(?:\\\\s+%{NUMBER:num})?"] } overwrite => ["ip"] on_error => "e5" }
  grok { match => { "message" => "(?P<each>[a-z]+)" } match_all => true on_error => "e6" }
  date { match => ["n", "UNIX", "yyyy-MM-dd'T'HH:mm:ss.SSSZ", "MMM d HH:mm:ss"] timezone => "Europe/Berlin" rebase => true on_error => "e7" }
  base64 { source => "message" target => "b" encoding => "RawURL" on_error => "e8" }
  translate { source => "n" dictionary => { "12" => "twelve" } fallback => "other" target => "t" on_error => "e9" }
  mutate { split => { source => "message" separator => " " target => "parts" } on_error => "e10" }
  mutate { convert => { "n" => "integer" } gsub => ["message", "(a+)(b)?", "$2$1", "a.b", "[^x]", "-"] uppercase => ["a.b"] on_error => "e11" }
  mutate { rename => { "j.a" => "renamed.%{t}" } copy => { "copy" => "j" } remove_field => ["k.a", "list"] merge => { "list" => "parts" "m.list" => "m" } on_error => "e12" }
  for i, p in parts {
    if [p] =~ /^[0-9]+$/ and !([p] in ["1", "2"]) or i >= 3 { mutate { merge => { "@output" => "event" } on_error => "e13" } }
    else if [j][a] == "x" nand [n] != 5 { drop { tag => "TAG_X" } }
    else { mutate { replace => { "event.idm.read_only_udm.metadata.event_type" => "GENERIC_EVENT" } } }
  }
  for k, v in j map { for w in v { statedump { label => "inner" } } }
  for i, _ in xml(message, /Event/Data) { mutate { replace => { "q" => "/Event/Data[%{i}]" } on_error => "e14" } }
  mutate { merge => { "@output" => "event" } }
}
`;
