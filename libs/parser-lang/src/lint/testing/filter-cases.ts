import { parser, type RuleCase } from './rule-case.ts';

/** Rules about the options of filters: patterns, dates, mutate. */
export const FILTER_CASES: readonly RuleCase[] = [
  {
    rule: 'misspelt-option',
    about: 'options and filters that there are not',
    text: parser(`csv { source => "message" «seperator» => ";" }
      mutate { «repalce» => { "a" => "" } }
      «grock» { match => {} }`),
    message: '"csv" has no option "seperator"; it is ignored',
    hint: 'did you mean "separator"?',
  },
  {
    rule: 'misspelt-option',
    about: 'the options that there are',
    text: parser(
      'date { match => ["message", "UNIX"] timezone => "UTC" rebase => true target => "t" on_error => "bad" }',
    ),
  },
  {
    rule: 'duplicate-option',
    about: 'a second on_error',
    text: parser('json { source => "message" on_error => "a" «on_error» => "b" }'),
    message: 'this "json" has "on_error" already, and only the last one counts',
    hint: 'remove one of the two, or use two filters',
  },
  {
    rule: 'duplicate-option',
    about: 'hashes, which add up',
    text: parser('mutate { replace => { "a" => "" } replace => { "b" => "" } on_error => "bad" }'),
  },
  {
    rule: 'duplicate-key',
    about: 'a key that is in the hash already',
    text: parser('mutate { merge => { "list" => "a" "other" => "b" «"list"» => "c" } }'),
    message: '"list" is in this hash already',
    hint: 'merge the second one in a mutate block of its own',
  },
  {
    rule: 'duplicate-key',
    about: 'the same key in two hashes',
    text: parser('mutate { replace => { "list" => "a" } merge => { "list" => "a" } }'),
  },
  {
    rule: 'unknown-convert-type',
    about: 'a type that there is not',
    text: parser('mutate { convert => { "a" => «"int"» "b" => «"interger"» } }'),
    message: 'there is no type "int"',
  },
  {
    rule: 'unknown-convert-type',
    about: 'the types that there are',
    text: parser('mutate { convert => { "a" => "uinteger" "b" => "ipaddress" "c" => "parseduseragent" } }'),
  },
  {
    rule: 'several-operations-one-on-error',
    about: 'operations on different tokens under one flag',
    text: parser(`«mutate» { replace => { "a" => "%{b}" "c" => "%{d}" } on_error => "bad" }
      «mutate» { convert => { "a" => "integer" } copy => { "x" => "y" } on_error => "bad" }`),
    message: 'operations on 2 tokens share one on_error; when one fails, those behind it do not run',
    hint: 'give each a mutate block and an on_error of its own',
  },
  {
    rule: 'several-operations-one-on-error',
    about: 'operations that fail together, cannot fail, or have no flag',
    text: parser(`mutate { replace => { "a" => "%{b}" "c" => "%{b}" "d" => "text" } rename => { "x" => "y" } on_error => "bad" }
      mutate { replace => { "a" => "%{b}" "c" => "%{d}" } }`),
  },
  {
    rule: 'mutate-order',
    about: 'a convert that is written before the replace that runs first',
    text: parser('mutate { convert => { "a" => "integer" } «replace» => { "a" => "1" } }'),
    message: '"replace" runs before "convert" of this block, though it is written behind it',
    hint: 'use two mutate blocks in the order that is meant',
  },
  {
    rule: 'mutate-order',
    about: 'a rename behind a merge that reads what it takes away',
    text: parser('mutate { merge => { "list" => "a" } «rename» => { "a" => "b" } }'),
  },
  {
    rule: 'mutate-order',
    about: 'operations on other tokens, and those in the order in which they run',
    text: parser(`mutate { convert => { "a" => "integer" } replace => { "b" => "1" } }
      mutate { rename => { "a" => "b" } replace => { "c" => "%{b}" } gsub => ["c", "x", "y"] }`),
  },
  {
    rule: 'grok-no-capture',
    about: 'patterns that name nothing',
    text: parser('grok { match => { "message" => [«"%{WORD} \\\\[(?:x)\\\\]"», "%{WORD:a}"] } }'),
    message: 'this pattern captures nothing, and so counts as not matching',
    hint: 'name a part of it: %{DATA:token} or (?P<token>…)',
  },
  {
    rule: 'grok-no-capture',
    about: 'groups of one’s own in both spellings, and one that the engine makes a group',
    text: parser('grok { match => { "message" => ["(?P<a>x)", "(?<b>y)", "?P<c>z"] } }'),
  },
  {
    rule: 'unknown-grok-pattern',
    about: 'a pattern that there is not, behind escapes',
    text: parser('grok { match => { "message" => "\\\\[«%{HOSTNAM:host}»\\\\] %{IP:ip}" } }'),
    message: 'there is no pattern %{HOSTNAM}',
    hint: 'did you mean "HOSTNAME"?',
  },
  {
    rule: 'unknown-grok-pattern',
    about: 'patterns that there are',
    text: parser('grok { match => { "message" => "%{SYSLOGTIMESTAMP:t} %{IPORHOST} %{GREEDYDATA:rest}" } }'),
  },
  {
    rule: 'invalid-regexp',
    about: 'look-ahead in grok, gsub and conditions, behind escapes',
    text: parser(`grok { match => { "message" => "\\\\d+«(»?=x)%{WORD:a}" } }
      mutate { gsub => ["message", "\\\\s\\"«(»?!x)", ""] }
      if [message] =~ "a«(»?<=b)" or [message] =~ /\\/«(»?=b)/ { drop {} }`),
  },
  {
    rule: 'invalid-regexp',
    about: 'expressions of RE2',
    text: parser(`grok { match => { "message" => "?P<a>x" } }
      grok { match => { "message" => "(?i)^(?:a|b)+?%{IP:ip}$" } }
      mutate { gsub => ["message", "([a-z]+)=", "#$1=", "a", "\\\\d", "b"] }
      if [message] =~ "^\\\\d{1,3}" { drop {} }`),
  },
  {
    rule: 'single-backslash',
    about: 'classes that lose their backslash',
    text: parser(`grok { match => { "message" => "a«\\s»+%{WORD:a}" } }
      mutate { gsub => ["message", "«\\d»\\\\\\\\«\\w»", ""] }
      `),
    message: '"\\s" in a string is the character s',
    hint: 'write \\\\s',
  },
  {
    rule: 'single-backslash',
    about: 'classes that lose their backslashes in a condition',
    text: parser(`if [message] =~ "^«\\\\w»\\\\\\\\d«\\.»" or [message] =~ /\\d/ { drop {} }`),
    message: '"\\w" in a string is the character w',
    hint: 'write \\\\\\\\w, or /\\w/ without quotes',
  },
  {
    rule: 'single-backslash',
    about: 'backslashes that do no harm, are doubled, or stand three together',
    text: parser(`grok { match => { "message" => "\\\\s\\/\\-%{WORD:a}" } }
      mutate { gsub => ["message", "\\\\\\s", ""] replace => { "path" => "C:\\temp" } }`),
  },
  {
    rule: 'date-without-year',
    about: 'a format without a year',
    text: parser('date { match => ["message", "ISO8601", «"MMM dd HH:mm:ss"»] }'),
    message: 'the format "MMM dd HH:mm:ss" has no year',
    hint: 'add rebase => true, in a date filter that has no formats with a year',
  },
  {
    rule: 'date-without-year',
    about: 'formats with a year, and rebase',
    text: parser(`date { match => ["message", "UNIX", "dd/MMM/yyyy:HH:mm:ss Z", "yy-MM-dd"] }
      date { match => ["message", "MMM dd HH:mm:ss"] rebase => true }`),
  },
  {
    rule: 'rebase-mixed-with-year',
    about: 'formats of both kinds',
    text: parser('date { match => ["message", "MMM dd HH:mm:ss", «"MMM dd yyyy HH:mm:ss"»] rebase => true }'),
    message: 'the format "MMM dd yyyy HH:mm:ss" has a year, and others beside it need rebase',
    hint: 'use two date filters, one with rebase for the formats without a year',
  },
  {
    rule: 'rebase-mixed-with-year',
    about: 'formats of one kind',
    text: parser('date { match => ["message", "MMM dd HH:mm:ss", "MMM  d HH:mm:ss"] rebase => true }'),
  },
  {
    rule: 'unknown-date-format',
    about: 'a name that is misspelt, and letters that stand for nothing',
    text: parser('date { match => ["message", «"ISO8610"», "yyyy-MM-dd HH:mm:ss «nn»", "«DD»/MM/yyyy"] }'),
    message: '"ISO8610" stands for nothing in a date format',
    hint: 'did you mean "ISO8601"?',
  },
  {
    rule: 'unknown-date-format',
    about: 'names, letters and literal text',
    text: parser(
      `date { match => ["message", "ISO8601", "UNIX_MS", "yyyy-MM-ddTHH:mm:ss.SSSSSSZ", "EEE MMM d hh:mm A 'at' ZZZ yyyy"] }`,
    ),
  },
  {
    rule: 'xml-index-from-zero',
    about: 'the index 0 in a path and in a loop',
    text: parser(`xml { source => "message" xpath => { «"/a/b[0]"» => "x" "/a/b[1]" => "y" } }
      for i, x in «xml(message, /a/c[0]/d)» { drop {} }`),
    message: 'elements of XML count from 1',
    hint: 'write [1] for the first element',
  },
  {
    rule: 'xml-index-from-zero',
    about: 'indexes from 1, and predicates',
    text: parser(`xml { source => "message" xpath => { "/a/b[10]" => "x" "/a/b[@n='0']" => "y" } }`),
  },
];
