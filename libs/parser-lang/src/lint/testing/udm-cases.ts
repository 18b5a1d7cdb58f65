import { parser, type RuleCase } from './rule-case.ts';

const UDM = 'event.idm.read_only_udm';

/** Rules about the record that comes of it. */
export const UDM_CASES: readonly RuleCase[] = [
  {
    rule: 'unknown-udm-field',
    about: 'fields that there are not, directly and by way of a rename',
    text: parser(`mutate { replace => { «"${UDM}.principal.hostnam"» => "x" «"target.user.name"» => "y" } }
      mutate { rename => { "target" => "${UDM}.target" } }`),
    message: 'UDM has no field "principal.hostnam"',
    hint: 'did you mean "principal.hostname"?',
  },
  {
    rule: 'unknown-udm-field',
    about: 'fields that there are, Structs, and tokens of the parser itself',
    text: parser(`mutate { replace => { "${UDM}.principal.hostname" => "x" "label.key" => "k" "label.value.string_value" => "v" } }
      mutate { merge => { "${UDM}.additional.fields" => "label" "${UDM}.target.ip" => "ip" } }
      mutate { replace => { "own.thing" => "x" "event1.idm.entity.metadata.entity_type" => "ASSET" } }`),
  },
  {
    rule: 'unknown-enum-value',
    about: 'texts that are no names, directly and by way of tokens',
    text: parser(`mutate { replace => { "${UDM}.metadata.event_type" => «"NETWORK_HTPP"» "action" => «"DENY"» } }
      mutate { replace => { "severity" => «"high"» } }
      mutate { replace => { "sr.severity" => "%{severity}" } merge => { "sr.action" => "action" } }
      mutate { merge => { "${UDM}.security_result" => "sr" } }`),
    message: '"NETWORK_HTPP" is no value of metadata.event_type',
    hint: 'did you mean "NETWORK_HTTP"?',
  },
  {
    rule: 'unknown-enum-value',
    about: 'names, emptiness, texts of the log, and what is made upper-case',
    text: parser(`mutate { replace => { "a" => "low" "b" => "" "c" => "%{message}" "d" => "HIGH" } }
      mutate { uppercase => ["a"] }
      mutate { rename => { "a" => "${UDM}.security_result.severity" "b" => "${UDM}.metadata.event_type" } }
      mutate { rename => { "c" => "${UDM}.network.direction" "d" => "${UDM}.security_result.severity" } }`),
  },
  {
    rule: 'deprecated-field',
    about: 'a field that is deprecated, once',
    text: parser(`mutate { replace => { «"${UDM}.target.resource.id"» => "x" } }
      mutate { replace => { "${UDM}.target.resource.id" => "y" } }`),
    message: 'the field "target.resource.id" is deprecated',
    hint: 'use "target.resource.product_object_id"',
  },
  {
    rule: 'deprecated-field',
    about: 'a field that is current',
    text: parser(`mutate { replace => { "${UDM}.target.resource.product_object_id" => "x" } }`),
  },
  {
    rule: 'event-type-without-nouns',
    about: 'a type whose parts are set nowhere',
    text: parser(`mutate { replace => { "type" => «"NETWORK_HTTP"» "${UDM}.principal.ip" => "1.2.3.4" } }
      mutate { replace => { "${UDM}.metadata.event_type" => "%{type}" } }`),
    message: 'nothing in this parser makes a valid NETWORK_HTTP: target field is not set',
    hint: 'set target, or choose another type where it is missing, such as GENERIC_EVENT',
  },
  {
    rule: 'event-type-without-nouns',
    about: 'types whose parts are set somewhere, or whole nouns of the log',
    text: parser(`json { source => "message" }
      mutate { replace => { "${UDM}.metadata.event_type" => "NETWORK_HTTP" } }
      mutate { rename => { "user" => "${UDM}.target.user.userid" "host" => "${UDM}.principal.hostname" } }
      mutate { replace => { "event1.idm.read_only_udm.metadata.event_type" => "GENERIC_EVENT" } }`),
  },
  {
    rule: 'event-type-without-nouns',
    about: 'a noun that is taken from the log as it is',
    text: parser(`json { source => "message" }
      mutate { replace => { "${UDM}.metadata.event_type" => "STATUS_UPDATE" } }
      mutate { rename => { "principal" => "${UDM}.principal" } }`),
  },
  {
    rule: 'replace-on-repeated',
    about: 'a replace of what a merge has put there',
    text: parser(`mutate { merge => { "${UDM}.principal.ip" => "message" } }
      mutate { replace => { «"${UDM}.principal.ip"» => "1.2.3.4" } }`),
    message: '"principal.ip" is repeated, and replace throws away what it holds',
    hint: 'put the value into a token and merge that: merge => { "field" => "token" }',
  },
  {
    rule: 'replace-on-repeated',
    about: 'a first value, a reset, and a field with one value',
    text: parser(`mutate { replace => { "${UDM}.principal.ip" => "1.2.3.4" "${UDM}.principal.hostname" => "a" } }
      mutate { replace => { "${UDM}.principal.ip" => "" "${UDM}.principal.hostname" => "b" } }`),
  },
  {
    rule: 'merge-on-singular',
    about: 'a merge into a field with one value',
    text: parser(`mutate { merge => { «"${UDM}.principal.hostname"» => "message" } }`),
    message: '"principal.hostname" holds one value, and merge makes a list of it',
    hint: 'use replace => { "field" => "%{token}" } or rename',
  },
  {
    rule: 'merge-on-singular',
    about: 'merges into repeated fields and messages',
    text: parser(`mutate { merge => { "${UDM}.principal.ip" => "message" "${UDM}.principal" => "noun" } }`),
  },
  {
    rule: 'output-without-event',
    about: 'a token that is no event',
    text: parser(`mutate { replace => { "${UDM}.metadata.event_type" => "GENERIC_EVENT" } }
      mutate { merge => { "@output" => «"evnt"» } }`),
    message: 'nothing is set under "evnt.idm"',
    hint: 'fill evnt.idm.read_only_udm first, or merge the builder that the parser fills',
  },
  {
    rule: 'output-without-event',
    about: 'the builder that is filled',
    text: parser(`mutate { rename => { "metadata" => "event1.idm.read_only_udm.metadata" } }
      mutate { merge => { "@output" => "event1" } }`),
  },
  {
    rule: 'never-outputs',
    about: 'a parser without @output',
    text: `# about\n«filter» { json { source => "message" } }`,
    message: 'this parser never sends an event',
    hint: 'end it with mutate { merge => { "@output" => "event" } }',
  },
  {
    rule: 'never-outputs',
    about: 'a parser that sends in one branch',
    text: parser('if [message] != "" { mutate { merge => { "@output" => "event" } } }'),
  },
  {
    rule: 'static-only',
    about: 'a parser that reads nothing',
    text: `«filter» { mutate { replace => { "${UDM}.metadata.event_type" => "GENERIC_EVENT" } } }`,
    message: 'this parser takes nothing from the log',
    hint: 'extract fields with grok, json, kv, csv or xml, and map them',
  },
  {
    rule: 'static-only',
    about: 'a parser that puts the log into a field',
    text: parser(`mutate { replace => { "${UDM}.metadata.description" => "%{message}" } }`),
  },
];
