import { parser, type RuleCase } from './rule-case.ts';

/** Rules about which names are set, and what they hold. */
export const NAME_CASES: readonly RuleCase[] = [
  {
    rule: 'unset-name-in-condition',
    about: 'a name that is set nowhere',
    text: parser('if «[product]» == "x" { drop {} }'),
    message: 'nothing before this condition sets "product"',
    hint: 'set it above: mutate { replace => { "product" => "" } }',
  },
  {
    rule: 'unset-name-in-condition',
    about: 'a name that is set further down, and one that is misspelt',
    text: parser(`mutate { replace => { "product" => "" } }
      if «[produkt]» != "" or «[late]» == "" { drop {} }
      mutate { replace => { "late" => "" } }`),
    hint: 'did you mean "product"? If not, set it above: mutate { replace => { "produkt" => "" } }',
  },
  {
    rule: 'unset-name-in-condition',
    about: 'a name that an earlier branch of the same "if" sets',
    text: parser(`if [message] == "a" { mutate { replace => { "kind" => "a" } } }
      else if «[kind]» == "" { drop {} }`),
  },
  {
    rule: 'unset-name-in-condition',
    about: 'a name that was renamed away',
    text: parser(`mutate { replace => { "a" => "" } }
      mutate { rename => { "a" => "b" } }
      if [b] == "" and «[a]» == "" { drop {} }`),
  },
  {
    rule: 'unset-name-in-condition',
    about: 'names that replace, grok, csv, date, xml, split, base64, loops and flags set',
    text: parser(`grok { match => { "message" => ["%{WORD:word} (?P<own>x)", "(?<other>y)"] } on_error => "bad" }
      csv { source => "message" }
      xml { source => "message" xpath => { "/a/b" => "node" } }
      date { match => ["word", "ISO8601"] target => "when" }
      base64 { source => "word" target => "plain" }
      mutate { split => { source => "word" separator => "," target => "list" } }
      for i, x in list { if [i] == 0 and [x] == "" { drop {} } }
      if [word] == "" or [own] == "" or [other] == "" or [column12] == "" or [node] == "" { drop {} }
      if ![bad] and [plain] != "" and [list] != "" and [when] != "" and ![late_flag] { drop {} }
      mutate { convert => { "word" => "integer" } on_error => "late_flag" }
      if [@timestamp] != "" and [message] != "" and [x] != "" { drop {} }`),
  },
  {
    rule: 'unset-name-in-condition',
    about: 'names that json may have brought',
    text: parser('json { source => "message" }\nif [product] == "x" { drop {} }'),
  },
  {
    rule: 'unset-name-in-condition',
    about: 'a name that json does not bring because it has a target',
    text: parser('json { source => "message" target => "j" }\nif [j][a] == "" or «[a]» == "" { drop {} }'),
  },
  {
    rule: 'unset-name-in-condition',
    about: 'a name that is set before all but the branches that drop',
    text: parser(`if [message] == "" { drop {} } else { mutate { replace => { "a" => "" } } }
      if [a] == "" { drop {} }`),
  },
  {
    rule: 'uninitialised-field-in-condition',
    about: 'a name that only the log brings',
    text: parser('json { source => "message" }\nif «[product]» == "x" { drop {} }'),
    message: '"product" exists only in logs that have it; without it this condition ends the log',
    hint: 'set it before the extraction: mutate { replace => { "product" => "" } }',
  },
  {
    rule: 'uninitialised-field-in-condition',
    about: 'a name that is set before the extraction',
    text: parser(`mutate { replace => { "product" => "" } }
      json { source => "message" on_error => "not_json" }
      if [product] == "x" or [not_json] { drop {} }`),
  },
  {
    rule: 'unset-name-in-value',
    about: 'names that nothing sets',
    text: parser(`mutate { replace => { "a" => "x «%{product}» %{message}" } }
      mutate { copy => { "b" => «"c"» } }
      kv { source => «"pairs"» }`),
    message: 'nothing before this filter sets "product"',
    hint: 'set it above, or remove this',
  },
  {
    rule: 'unset-name-in-value',
    about: 'a place behind backslashes that the syntax drops',
    text: parser('mutate { replace => { "a" => "\\"\\\\ «%{product}»" } }'),
  },
  {
    rule: 'unset-name-in-value',
    about: 'names that are set, or may be',
    text: parser(`grok { match => { "message" => "%{WORD:word}" } }
      mutate { replace => { "a" => "%{word}" } }
      json { source => "a" }
      mutate { replace => { "b" => "%{anything}" } }`),
  },
  {
    rule: 'number-in-text',
    about: 'a loop index, a converted token and a flag',
    text: parser(`grok { match => { "message" => "%{INT:n}" } on_error => "bad" }
      mutate { convert => { "n" => "integer" } }
      for i, x in list { mutate { replace => { "a" => "«%{i}» %{x}" } } }
      mutate { replace => { "b" => "«%{n}» «%{bad}»" } }`),
    message: '"i" is a number here, and only strings can be put into a text',
    hint: 'convert it first, in a block of its own: mutate { convert => { "i" => "string" } }',
  },
  {
    rule: 'number-in-text',
    about: 'an index that is converted, and a number that may be a string by now',
    text: parser(`for i, x in list {
        mutate { convert => { "i" => "string" } }
        mutate { replace => { "a" => "%{i}" } }
      }
      mutate { replace => { "n" => "1" } }
      mutate { convert => { "n" => "integer" } }
      if [message] == "" { mutate { convert => { "n" => "string" } } }
      mutate { replace => { "b" => "%{n}" } }`),
  },
  {
    rule: 'number-in-text',
    about: 'a token that an earlier round of the loop converted',
    text: parser(`mutate { replace => { "n" => "1" } }
      for x in list {
        mutate { replace => { "a" => "%{n}" } }
        mutate { convert => { "n" => "integer" } }
      }`),
  },
  {
    rule: 'compared-with-other-type',
    about: 'a capture against a number and a flag against a string',
    text: parser(`grok { match => { "message" => "%{INT:port}" } on_error => "bad" }
      if [port] == «443» or [bad] == «"true"» { drop {} }`),
    message: '"port" is a string here, and never equal to a number',
    hint: 'write "443" in quotes',
  },
  {
    rule: 'compared-with-other-type',
    about: 'values of the same type, fields of the log, and emptiness',
    text: parser(`mutate { replace => { "a" => "1" "b" => "2" } }
      mutate { convert => { "b" => "integer" } }
      if [a] == "1" and [b] == 2 and [b] != "" { drop {} }
      json { source => "message" }
      if [a] == 1 or [EventID] == 4624 { drop {} }`),
  },
  {
    rule: 'compared-with-other-type',
    about: 'a token that an earlier round of the loop may have converted',
    text: parser(`mutate { replace => { "n" => "1" } }
      for x in list {
        if [n] == 1 { drop {} }
        mutate { convert => { "n" => "integer" } }
      }`),
  },
  {
    rule: 'convert-of-string',
    about: 'a capture that is converted to a string',
    text: parser(`grok { match => { "message" => "%{INT:n}" } }
      mutate { convert => { «"n"» => "string" } }`),
    message: '"n" is a string already, and converting it fails',
    hint: 'remove the conversion, or add on_error => "already_a_string"',
  },
  {
    rule: 'convert-of-string',
    about: 'numbers, other types, tokens of the log, and an on_error',
    text: parser(`mutate { replace => { "a" => "1" "b" => "2" "c" => "3" } }
      mutate { convert => { "a" => "integer" } }
      mutate { convert => { "a" => "string" "b" => "float" } }
      mutate { convert => { "c" => "string" } on_error => "already_a_string" }
      json { source => "message" }
      mutate { convert => { "c" => "string" } }`),
  },
  {
    rule: 'grok-overwrite',
    about: 'a capture onto a token that is set, once for a filter',
    text: parser(`mutate { replace => { "host" => "" "user" => "" } }
      grok { match => { "message" => ["a «%{IP:host}»", "b %{WORD:host} %{WORD:user}"] } overwrite => ["user"] }`),
    message: '"host" is set already, and grok does not overwrite it',
    hint: 'add overwrite => ["host"] to the filter',
  },
  {
    rule: 'grok-overwrite',
    about: 'tokens that are new, removed before, set in another branch, or in two patterns of one filter',
    text: parser(`mutate { replace => { "gone" => "" } }
      mutate { remove_field => ["gone"] }
      if [message] == "" { mutate { replace => { "other" => "" } } }
      else { grok { match => { "message" => ["%{IP:other} %{IP:gone}", "%{WORD:other}"] } } }
      grok { match => { "message" => "%{WORD:first}" } on_error => "failed" }
      grok { match => { "message" => "%{WORD:first}" } on_error => "failed" }`),
  },
  {
    rule: 'extracted-never-used',
    about: 'captures that nothing reads',
    text: parser(`grok { match => { "message" => "«%{INT:pid}» (?P<host>x) «%{WORD:[a][b]}»" } }
      mutate { rename => { "host" => "event.idm.read_only_udm.principal.hostname" } }`),
    message: 'nothing reads "pid"',
    hint: 'leave the name out of the pattern, or map it',
  },
  {
    rule: 'extracted-never-used',
    about: 'captures that conditions, texts, merges and dates read',
    text: parser(`grok { match => { "message" => "%{INT:a} %{INT:b} %{INT:c} %{INT:d}" } }
      if [a] == "" { mutate { replace => { "x" => "%{b}" } merge => { "y" => "c" } } }
      date { match => ["d", "UNIX"] }`),
  },
  {
    rule: 'reserved-name',
    about: 'a variable with a name of the engine, and a builder that is overwritten',
    text: parser(`mutate { replace => { «"namespace"» => "x" } }
      grok { match => { "message" => "«%{WORD:event}»" } }`),
    message: '"namespace" is a reserved name',
    hint: 'choose another name, such as "namespace1"',
  },
  {
    rule: 'reserved-name',
    about: 'the builder as it is meant',
    text: parser('mutate { replace => { "event.idm.read_only_udm.metadata.namespace" => "x" "timestamp1" => "y" } }'),
  },
  {
    rule: 'dotted-name',
    about: 'hyphens in captures, and dots in flags',
    text: parser('grok { match => { "message" => "«%{WORD:user-name}»" } on_error => «"no.user"» }'),
    message: '"user-name" has a hyphen in its name',
    hint: 'call it "user_name"',
  },
  {
    rule: 'dotted-name',
    about: 'paths, and fields of the log',
    text: parser('mutate { replace => { "a.b" => "%{user-name}" } on_error => "no_user" }'),
  },
];
