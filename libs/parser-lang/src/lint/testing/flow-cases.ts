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
    about: 'a part that is set in some rounds only',
    text: parser(`for x in list {
        mutate { replace => { "label.key" => "k" } }
        if [x] != "" { mutate { replace => { "label.value" => "%{x}" } on_error => "bad" } }
        mutate { merge => { «"event.labels"» => "label" } }
      }`),
    message: '"label.value" is not set in every round, and "label" still has that of an earlier one',
    hint: 'reset it behind the merge: mutate { replace => { "label" => "" } }',
  },
  {
    rule: 'loop-temporary-not-reset',
    about: 'a part that two branches set and the rest do not',
    text: parser(`for x in list {
        if [x] == "a" { mutate { replace => { "label.value" => "1" } } }
        else if [x] == "b" { mutate { replace => { "label.value" => "2" } } }
        mutate { merge => { «"event.labels"» => "label" } }
      }`),
  },
  {
    rule: 'loop-temporary-not-reset',
    about: 'tokens that are reset, removed, or set whenever they are merged',
    text: parser(`for x in list {
        if [x] != "" { mutate { replace => { "a.value" => "%{x}" } } }
        mutate { merge => { "l" => "a" } }
        mutate { replace => { "a" => "" } }
        if [x] == "" { mutate { replace => { "b.value" => "1" } } } else { mutate { replace => { "b.value" => "2" } } }
        mutate { merge => { "l" => "b" } }
        if [x] == "y" {
          mutate { replace => { "c.value" => "%{x}" } on_error => "bad" }
          if ![bad] { mutate { merge => { "l" => "c" } } }
        }
      }`),
  },
];
