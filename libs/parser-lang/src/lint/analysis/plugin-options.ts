/** What an option of a filter is for, as the reference page says it. */
export interface OptionFacts {
  readonly name: string;
  readonly value: string;
  readonly doc: string;
}

export interface PluginFacts {
  readonly name: string;
  readonly doc: string;
  readonly options: readonly OptionFacts[];
}

const ON_ERROR: OptionFacts = {
  name: 'on_error',
  value: 'name',
  doc: 'token that is set to true when the filter fails and to false when it does not; the log then goes on',
};
const SOURCE: OptionFacts = { name: 'source', value: 'token', doc: 'token that is read' };

/** Order in which the operations of one mutate block run, whatever order they are written in. */
export const MUTATE_ORDER: readonly string[] = [
  'rename',
  'replace',
  'convert',
  'gsub',
  'uppercase',
  'lowercase',
  'split',
  'merge',
  'copy',
  'remove_field',
];

/** The filters of the language and their options; what is not here is misspelt, and ignored when logs are parsed. */
export const PLUGINS: readonly PluginFacts[] = [
  {
    name: 'grok',
    doc: 'matches a token against patterns and sets a token for each named capture',
    options: [
      {
        name: 'match',
        value: '{ token => pattern or [patterns] }',
        doc: 'patterns in the order in which they are tried',
      },
      { name: 'overwrite', value: '[tokens]', doc: 'tokens that a capture may set although they exist' },
      { name: 'match_all', value: 'true or false', doc: 'take every match; each token becomes a map "0", "1", …' },
      ON_ERROR,
    ],
  },
  {
    name: 'json',
    doc: 'reads a JSON object into tokens',
    options: [
      SOURCE,
      { name: 'target', value: 'token', doc: 'where the object goes; the root without it' },
      {
        name: 'array_function',
        value: '"split_columns"',
        doc: 'accepted; elements of arrays are addressable as a.0, a.1, … without it too',
      },
      ON_ERROR,
    ],
  },
  {
    name: 'kv',
    doc: 'reads key-value pairs into tokens',
    options: [
      SOURCE,
      { name: 'target', value: 'token', doc: 'where the pairs go; the root without it' },
      {
        name: 'field_split',
        value: 'text',
        doc: 'what stands between pairs, each of its characters; a space without it',
      },
      { name: 'value_split', value: 'text', doc: 'what stands between key and value, the first one; "=" without it' },
      { name: 'unescape_field_split', value: 'true or false', doc: 'read \\t and the like in field_split' },
      { name: 'unescape_value_split', value: 'true or false', doc: 'read \\t and the like in value_split' },
      { name: 'whitespace', value: '"lenient" or "strict"', doc: 'whether blanks around keys and values are dropped' },
      { name: 'trim_key', value: 'characters', doc: 'characters that are stripped from both ends of keys' },
      { name: 'trim_value', value: 'characters', doc: 'characters that are stripped from both ends of values' },
      { name: 'include_keys', value: '[keys]', doc: 'keys that are taken, and no others' },
      { name: 'exclude_keys', value: '[keys]', doc: 'keys that are left out' },
      ON_ERROR,
    ],
  },
  {
    name: 'csv',
    doc: 'reads separated values into column1, column2, …',
    options: [
      SOURCE,
      { name: 'target', value: 'token', doc: 'where the columns go; the root without it' },
      { name: 'separator', value: 'text', doc: 'what stands between columns, as a whole; a comma without it' },
      { name: 'unescape_separator', value: 'true or false', doc: 'read \\t and the like in separator' },
      { name: 'lazy_quotes', value: 'true or false', doc: 'allow a quote inside a value without quotes' },
      { name: 'columns', value: '[names]', doc: 'names in place of column1, column2, …' },
      ON_ERROR,
    ],
  },
  {
    name: 'xml',
    doc: 'reads texts out of an XML document',
    options: [
      SOURCE,
      { name: 'xpath', value: '{ path => token }', doc: 'absolute paths; indexes count from 1' },
      ON_ERROR,
    ],
  },
  {
    name: 'mutate',
    doc: 'changes tokens',
    options: [
      { name: 'rename', value: '{ old => new }', doc: 'move a token; nothing happens when it is missing' },
      { name: 'replace', value: '{ token => text }', doc: 'set a token to a text; %{token} puts strings in' },
      { name: 'convert', value: '{ token => type }', doc: 'change the type of a token' },
      { name: 'gsub', value: '[token, regexp, text, …]', doc: 'replace every match in a string' },
      { name: 'uppercase', value: '[tokens]', doc: 'make strings, or the strings of a list, upper-case' },
      { name: 'lowercase', value: '[tokens]', doc: 'make strings, or the strings of a list, lower-case' },
      { name: 'split', value: '{ source separator target }', doc: 'cut a string into a list' },
      {
        name: 'merge',
        value: '{ list => token }',
        doc: 'append a token to a list, or a map to a map key by key; "@output" sends an event',
      },
      { name: 'copy', value: '{ new => old }', doc: 'copy a token; fails when it is missing' },
      { name: 'remove_field', value: '[tokens]', doc: 'take tokens away' },
      ON_ERROR,
    ],
  },
  {
    name: 'date',
    doc: 'reads a time',
    options: [
      {
        name: 'match',
        value: '[token, format, …]',
        doc: 'the token and the formats in the order in which they are tried',
      },
      { name: 'target', value: 'token', doc: 'where the time goes; the time of the event (@timestamp) without it' },
      { name: 'timezone', value: 'IANA name', doc: 'zone of times without an offset; else that of the log, else UTC' },
      {
        name: 'rebase',
        value: 'true or false',
        doc: 'give times without a year that of the ingestion time, or the year before where that lies a day ahead',
      },
      ON_ERROR,
    ],
  },
  {
    name: 'translate',
    doc: 'looks a string up',
    options: [
      SOURCE,
      { name: 'target', value: 'token', doc: 'where the text goes; the source without it' },
      { name: 'dictionary', value: '{ from => to }', doc: 'what to set for what' },
      { name: 'fallback', value: 'text', doc: 'what to set for all else; without it the filter fails' },
      ON_ERROR,
    ],
  },
  {
    name: 'base64',
    doc: 'decodes Base64',
    options: [
      SOURCE,
      { name: 'target', value: 'token', doc: 'where the text goes; the source without it' },
      {
        name: 'encoding',
        value: '"Standard", "URL", "RawStandard" or "RawURL"',
        doc: 'alphabet, Standard without it; Raw is without padding',
      },
      ON_ERROR,
    ],
  },
  {
    name: 'drop',
    doc: 'ends the log without an event, also where @output has one',
    options: [{ name: 'tag', value: 'text', doc: 'reason, for the metrics' }],
  },
  {
    name: 'statedump',
    doc: 'prints the state in a preview; a parser that has one cannot be submitted',
    options: [{ name: 'label', value: 'text', doc: 'what the print is called' }],
  },
  {
    name: 'code',
    doc: 'is refused: no code of a parser is executed',
    options: [{ name: 'javascript', value: 'code in backquotes', doc: 'not run' }],
  },
];

export const PLUGIN_NAMES: readonly string[] = PLUGINS.map(({ name }) => name);

/** What `convert` takes as a type. */
export const CONVERT_TYPES: readonly string[] = [
  'string',
  'integer',
  'uinteger',
  'float',
  'boolean',
  'hash',
  'ipaddress',
  'macaddress',
  'hextodec',
  'hextoascii',
  'bytes',
  'bytestohex',
  'bytestoip',
  'millitonanos',
  'millitosecs',
  'parseduseragent',
];
