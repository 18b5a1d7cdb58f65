import { parser, type RuleCase } from './rule-case.ts';

/** Rules about the order of statements. */
export const FLOW_CASES: readonly RuleCase[] = [
  {
    rule: 'statedump-left',
    about: 'a statedump',
    text: parser('«statedump { label => "here" }»'),
    message: 'statedump is for previews only',
    hint: 'remove it before the parser is submitted',
  },
  { rule: 'statedump-left', about: 'none', text: parser('# statedump {}\ndrop {}') },
  {
    rule: 'dropped-everything',
    about: 'a drop under no condition',
    text: parser('json { source => "message" }\n«drop { tag => "TAG_UNSUPPORTED" }»'),
    message: 'this drops every log',
    hint: 'put it under the condition that it is for',
  },
  { rule: 'dropped-everything', about: 'a drop under a condition', text: parser('if [message] == "" { drop {} }') },
  {
    rule: 'unreachable-branch',
    about: 'a condition that is repeated, and statements behind a drop',
    text: parser(`if [message] == "a" { drop {} «mutate» { replace => { "a" => "" } } }
      else if «[message]  ==  'a'» { drop {} «if» [a] == "" { drop {} } }`),
    message: 'nothing runs behind a drop',
    hint: 'remove this, or put it before the drop',
  },
  {
    rule: 'unreachable-branch',
    about: 'conditions that differ',
    text: parser('if [message] == "a" { drop {} } else if [message] == "b" { drop {} } else { drop {} }'),
  },
  {
    rule: 'duplicate-on-error-flag',
    about: 'a flag that is set twice before it is read',
    text: parser(`json { source => "message" on_error => "bad" }
      kv { source => "message" on_error => «"bad"» }
      if [bad] { drop {} }`),
    message: 'the filter before sets "bad" as well, and this one sets it anew before it is read',
    hint: 'give each filter a flag of its own',
  },
  {
    rule: 'duplicate-on-error-flag',
    about: 'flags that are read in between, never, or stand in other branches',
    text: parser(`json { source => "message" on_error => "bad" }
      if [bad] { kv { source => "message" on_error => "bad" } }
      json { source => "message" on_error => "unread" }
      json { source => "message" on_error => "unread" }
      mutate { convert => { "a" => "string" } on_error => "late" }
      mutate { replace => { "b" => "%{a}" } on_error => "late" }
      if [late] { drop {} }`),
  },
  {
    rule: 'loop-temporary-not-reset',
    about: 'a token that is filled and merged in every round',
    text: parser(`for x in list {
        mutate { replace => { "label.key" => "k" "label.value" => "%{x}" } }
        if [x] != "" { mutate { merge => { «"event.labels"» => "label" } } }
      }`),
    message: '"label" is merged and then filled again, which changes the element that is in the list',
    hint: 'reset it behind the merge: mutate { replace => { "label" => "" } }',
  },
  {
    rule: 'loop-temporary-not-reset',
    about: 'tokens that are reset, removed or renamed, texts, variables of the loop, and what another loop fills',
    text: parser(`for x in list {
        mutate { replace => { "a" => "" } }
        mutate { replace => { "a.value" => "%{x}" "b.value" => "1" "c.value" => "2" "d" => "3" "x.e" => "4" "f.g" => "5" } }
        mutate { merge => { "l" => "a" "m" => "b" "n" => "d" "o" => "x" } }
        mutate { remove_field => ["b"] rename => { "c" => "done" } }
        mutate { merge => { "@output" => "f" "p" => "c" } }
        for y in x.items { mutate { merge => { "q" => "f" } } }
      }`),
  },
];
