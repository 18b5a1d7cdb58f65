import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { loadConfig } from './load-config.ts';
import { formatProblem } from './problem.ts';

const socket = Type.Object(
  {
    name: Type.String({ minLength: 1, description: 'Name of the socket' }),
    mode: Type.String({ pattern: '^0?[0-7]{3}$', default: '0660', description: 'Octal permissions' }),
    source: Type.Optional(Type.Enum(['A', 'B'])),
  },
  { additionalProperties: false },
);

const schema = Type.Object(
  {
    inputs: Type.Object(
      { unix_sockets: Type.Array(socket, { minItems: 1, description: 'The sockets' }) },
      { additionalProperties: false },
    ),
    correlation: Type.Object(
      {
        ttl: Type.Object(
          { network_ttl_s: Type.Number({ minimum: 0, maximum: 1000, default: 120 }) },
          { additionalProperties: false, default: {} },
        ),
        mode: Type.Enum(['one_to_one', 'one_to_many'], { default: 'one_to_one' }),
        ports: Type.Array(Type.Integer({ minimum: 0 }), { default: [], uniqueItems: true }),
        keep: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], { default: null }),
        emit: Type.Boolean({ default: true }),
      },
      { additionalProperties: false, default: {} },
    ),
    outputs: Type.Object(
      {
        file: Type.Optional(
          Type.Object({ path: Type.String({ default: './x' }) }, { additionalProperties: false, default: {} }),
        ),
        dsn: Type.String({ secret: true, default: 'http://localhost' }),
        password: Type.Union([Type.String(), Type.Null()], { secret: true, default: null }),
      },
      { additionalProperties: false, default: {} },
    ),
  },
  { additionalProperties: false },
);

const SOCKETS = 'inputs: { unix_sockets: [{ name: x }] }\n';

interface Setting {
  readonly env?: Record<string, string>;
  readonly files?: Record<string, string>;
}

function load(text: string, { env = {}, files = {} }: Setting = {}) {
  const readFile = (path: string): string => {
    const content = files[path];
    if (content === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return content;
  };
  return loadConfig(schema, { text, file: 'c.yml', whenEmpty: 'Write more.', env, readFile });
}

/** Every problem as it is printed; `loaded` is none. */
function problems(text: string, setting: Setting = {}): readonly string[] {
  const result = load(text, setting);
  return (result.kind === 'loaded' ? result.warnings : result.problems).map(formatProblem);
}

/** The value. */
function value(text: string, setting: Setting = {}) {
  const result = load(text, setting);
  if (result.kind === 'refused') throw new Error(result.problems.map(formatProblem).join('\n'));
  return result.value;
}

describe('a configuration', () => {
  it('has its defaults where it says nothing', () => {
    expect(value(SOCKETS)).toEqual({
      inputs: { unix_sockets: [{ name: 'x', mode: '0660' }] },
      correlation: { ttl: { network_ttl_s: 120 }, mode: 'one_to_one', ports: [], keep: null, emit: true },
      outputs: { dsn: 'http://localhost', password: null },
    });
  });

  it('has an optional section only when it is named, and then with its defaults', () => {
    expect(value(`${SOCKETS}outputs: {}`).outputs).not.toHaveProperty('file');
    expect(value(`${SOCKETS}outputs: { file: {} }`).outputs.file).toEqual({ path: './x' });
  });

  it.each(['', '# only a comment\n', '---\n', '{}\n'])(
    'that is empty (%j) is refused and says what to write',
    (text) => {
      expect(problems(text)).toEqual(['c.yml:1:1: the configuration is empty. Write more.']);
    },
  );

  it('is refused with all that is wrong at once, in the order of the file', () => {
    const text = [
      'inputs:',
      '  unix_sockets:',
      '    - nmae: x',
      '      mode: 0660',
      'corelation: {}',
      'correlation:',
      '  mode: one_to_mayn',
      '  network_ttl_s: 5',
      '  emit: yes',
      '  keep: 0',
      '  ttl: { network_ttl_s: 2000 }',
      '  ports: [80, 443, 80, x]',
      'outputs: []',
    ].join('\n');
    expect(problems(text)).toEqual([
      'c.yml:3:7: inputs.unix_sockets[0].name: is missing: Name of the socket',
      'c.yml:3:7: inputs.unix_sockets[0].nmae: no such key; did you mean name?',
      'c.yml:4:13: inputs.unix_sockets[0].mode: must be text, not "0660"; write it in quotes: "0660"',
      'c.yml:5:1: corelation: no such key; did you mean correlation?',
      'c.yml:7:9: correlation.mode: must be one of one_to_one, one_to_many, not "one_to_mayn"; did you mean one_to_many?',
      'c.yml:8:3: correlation.network_ttl_s: no such key here; did you mean correlation.ttl.network_ttl_s?',
      'c.yml:9:9: correlation.emit: must be true or false, not "yes"',
      'c.yml:10:9: correlation.keep: must be a whole number at least 1, not "0"',
      'c.yml:11:25: correlation.ttl.network_ttl_s: must be a number from 0 to 1000, not "2000"',
      'c.yml:12:20: correlation.ports[2]: the same as entry 1',
      'c.yml:12:24: correlation.ports[3]: must be a whole number at least 0, not "x"',
      'c.yml:13:10: outputs: must be a mapping (key: value), not a list',
    ]);
  });

  it.each([
    ['a: [1, 2', 'c.yml:1:9: not valid YAML: the indentation does not fit, or a bracket before it is not closed'],
    ['a:\n\tb: 1', 'c.yml:2:1: not valid YAML: a tab as indentation'],
    ['a: *b', 'c.yml:1:4: not valid YAML: this alias'],
    ['a: !x 1', 'c.yml:1:4: not valid YAML: this tag'],
    ['a: 1\n---\nb: 2', 'c.yml:2:1: a second YAML document begins here'],
    ['? [a]\n: 1', 'c.yml:1:3: a key must be a plain word'],
    ['just text', 'c.yml:1:1: must be a mapping (key: value), not "just text"'],
  ])('that is broken (%j) says where and what', (text, expected) => {
    expect(problems(text)[0]).toContain(expected);
  });

  it('tells where a field stands, or what is nearest around it', () => {
    const result = load('inputs:\n  unix_sockets:\n    - name: x\n');
    if (result.kind !== 'loaded') throw new Error('refused');
    expect(result.locate(['inputs', 'unix_sockets', 0, 'name'])).toMatchObject({ line: 3, column: 13 });
    expect(result.locate(['inputs', 'unix_sockets', 0, 'source'])).toMatchObject({ line: 3, column: 7 });
    expect(result.locate(['correlation', 'mode'])).toMatchObject({ line: 1, column: 1 });
  });
});

describe('a key that appears twice', () => {
  it('with two mappings means both, with a warning that names both lines', () => {
    const text = `${SOCKETS}correlation:\n  mode: one_to_many\noutputs: {}\ncorrelation:\n  emit: false\n`;
    expect(value(text).correlation).toMatchObject({ mode: 'one_to_many', emit: false });
    expect(problems(text)).toEqual([
      'c.yml:5:1: warning: "correlation" appears twice (line 2 and line 5); the two are taken as one',
    ]);
  });

  it('is refused when both set the same', () => {
    const text = `${SOCKETS}correlation:\n  emit: true\ncorrelation:\n  emit: false\n`;
    expect(problems(text)).toEqual([
      'c.yml:5:3: "correlation" appears twice (line 2 and line 4) and both set "emit" (line 3 and line 5): leave one of them',
    ]);
  });

  it('is refused when it is no mapping', () => {
    expect(problems('a: 1\na: 2')).toEqual(['c.yml:2:1: "a" is set twice (line 1 and line 2): leave one']);
  });
});

describe('the environment', () => {
  it('stands above the file, in any letter case and down to the entries of lists', () => {
    const env = {
      LOGWEAVE__CORRELATION__MODE: 'one_to_many',
      LOGWEAVE__Correlation__TTL__network_ttl_s: '5',
      LOGWEAVE__CORRELATION__PORTS: '[80, 443]',
      LOGWEAVE__CORRELATION__KEEP: 'null',
      LOGWEAVE__INPUTS__UNIX_SOCKETS__0__MODE: '0600',
      LOGWEAVE__INPUTS__UNIX_SOCKETS__1__NAME: '7',
      LOGWEAVE__OUTPUTS__PASSWORD: '12345',
      OTHER__THING: 'x',
    };
    expect(value(`${SOCKETS}correlation: { keep: 3 }`, { env })).toMatchObject({
      correlation: { mode: 'one_to_many', ttl: { network_ttl_s: 5 }, ports: [80, 443], keep: null },
      inputs: { unix_sockets: [{ name: 'x', mode: '0600' }, { name: '7' }] },
      outputs: { password: '12345' },
    });
  });

  it.each([
    ['LOGWEAVE__CORELATION__MODE', 'x', 'no such key: CORELATION; did you mean CORRELATION?'],
    ['LOGWEAVE__CORRELATION__MODE__X', 'x', 'CORRELATION__MODE has no keys of its own'],
    ['LOGWEAVE__INPUTS__UNIX_SOCKETS__7__NAME', 'x', '7 is not the number of an entry'],
    ['LOGWEAVE__CORRELATION__EMIT', 'maybe', 'correlation.emit: must be true or false, not "maybe"'],
  ])('is checked as the file is: %s=%s', (name, text, expected) => {
    expect(problems(SOCKETS, { env: { [name]: text } })).toEqual([
      expect.stringMatching(new RegExp(`^environment variable ${name}: `)),
    ]);
    expect(problems(SOCKETS, { env: { [name]: text } })[0]).toContain(expected);
  });
});

describe('a secret', () => {
  const env = { PW: 'p@ss/w' };
  const files = { '/run/secret': 'from a file\n' };

  it('comes from the environment or a file, within a URL percent-encoded', () => {
    expect(value(`${SOCKETS}outputs: { password: "\${env:PW}" }`, { env }).outputs.password).toBe('p@ss/w');
    expect(value(`${SOCKETS}outputs: { password: "\${file:/run/secret}" }`, { files }).outputs.password).toBe(
      'from a file',
    );
    expect(value(`${SOCKETS}outputs: { dsn: "http://u:\${env:PW}@h" }`, { env }).outputs.dsn).toBe(
      'http://u:p%40ss%2Fw@h',
    );
    expect(value(`${SOCKETS}outputs: { password_file: /run/secret }`, { files }).outputs.password).toBe('from a file');
  });

  it('has its two ways side by side when one of them says nothing', () => {
    const text = `${SOCKETS}outputs: { password: null, password_file: /run/secret }`;
    expect(value(text, { files }).outputs.password).toBe('from a file');
    expect(value(`${SOCKETS}outputs: { password: x, password_file: null }`).outputs.password).toBe('x');
  });

  it('of the environment replaces the way the file gives it', () => {
    const fromFile = { LOGWEAVE__OUTPUTS__PASSWORD_FILE: '/run/secret' };
    expect(value(`${SOCKETS}outputs: { password: old }`, { env: fromFile, files }).outputs.password).toBe(
      'from a file',
    );
    const fromEnv = { LOGWEAVE__OUTPUTS__PASSWORD: '*new: {' };
    expect(value(`${SOCKETS}outputs: { password_file: /gone }`, { env: fromEnv }).outputs.password).toBe('*new: {');
  });

  it.each([
    ['outputs: { password: "${env:NO}" }', 'outputs.password: ${env:NO}: the environment has no variable NO'],
    ['outputs: { password_file: /gone }', 'outputs.password_file: cannot read /gone: there is no such file'],
    ['outputs: { password: x, password_file: /y }', 'outputs.password_file: password is set as well'],
    ['correlation: { mode: "${env:PW}" }', 'must be one of one_to_one, one_to_many'],
    ['inputs: { unix_sockets: [{ name: "${env:PW}" }] }', 'only secrets can be references'],
  ])('that cannot be had is a problem: %s', (text, expected) => {
    const found = problems(text.startsWith('inputs') ? text : `${SOCKETS}${text}`, { env });
    expect(found).toEqual([expect.stringContaining(expected)]);
  });

  it('is among the texts to hide, and the password within a URL as well, encoded or not', () => {
    const result = load(`${SOCKETS}outputs: { dsn: "clickhouse://user:p%40ss@host:9000/db", password: hunter22 }`);
    if (result.kind !== 'loaded') throw new Error('refused');
    expect(result.secrets).toEqual(['clickhouse://user:p%40ss@host:9000/db', 'p%40ss', 'p@ss', 'hunter22']);
  });

  it('fault 57: is in no message, however wrong the configuration is', () => {
    const planted = 'planted-5ecret';
    const texts = [
      `outputs: { dsn: [${planted}] }`,
      `outputs: { dsn: { x: ${planted} } }`,
      `outputs: { password: [${planted}], pasword: ${planted} }`,
      `outputs:\n  dsn: "${planted}\n`,
      `outputs:\n  dsn: "${planted}" ${planted}\n`,
      `outputs:\n  dsn: *${planted}\n`,
      `outputs:\n  dsn: !${planted} x\n`,
      `outputs:\n  dsn: @${planted}\n`,
      `outputs:\n dsn: ${planted}\n  password: ${planted}\n`,
      `outputs:\n  dsn: ${planted}\n  dsn: ${planted}\n`,
      `outputs: { dsn: ${planted}, dsn: ${planted} }`,
      `outputs: { dsn: "http://x:\${env:${planted.length}}:${planted}@" }`,
    ];
    for (const text of texts) {
      const found = problems(`${SOCKETS}${text}`);
      expect(found.length, text).toBeGreaterThan(0);
      expect(found.join('\n')).not.toContain(planted);
    }
    const env = { LOGWEAVE__OUTPUTS__DSN__X: planted, LOGWEAVE__OUTPUTS__PASSWRD: planted };
    expect(problems(SOCKETS, { env })).toHaveLength(2);
    expect(problems(SOCKETS, { env }).join('\n')).not.toContain(planted);
  });
});

describe('limits', () => {
  it('a file of more than a MiB is not read', () => {
    expect(problems(`${SOCKETS}#${'x'.repeat(1024 * 1024)}`)).toEqual(['c.yml:1:1: longer than 1048576 bytes']);
    expect(problems(`${SOCKETS}#${'x'.repeat(1024 * 1024 - SOCKETS.length - 1)}`)).toEqual([]);
  });

  it('aliases that stand for billions of values are refused at once', () => {
    const levels = Array.from({ length: 12 }, (_, i) => {
      const content = i === 0 ? 'x' : `*a${i - 1}`;
      return `a${i}: &a${i} [${Array.from({ length: 10 }, () => content).join(', ')}]`;
    });
    const began = performance.now();
    expect(problems(levels.join('\n'))[0]).toContain('more than 50000 values');
    expect(performance.now() - began).toBeLessThan(2000);
  });

  it('nesting without end is refused', () => {
    expect(problems(`a: ${'['.repeat(5000)}${']'.repeat(5000)}`)[0]).toMatch(/nested (too deep|deeper than 32)/);
    expect(problems(`a: &a [*a]`)[0]).toMatch(/nested deeper than 32|this alias/);
  });
});

it('a schema that would leave something unchecked is a mistake in the program', () => {
  const source = { text: 'a: 1', file: 'c.yml', whenEmpty: '', env: {}, readFile: () => '' };
  expect(() => loadConfig(Type.Object({ a: Type.Number() }), source)).toThrow(/does not say additionalProperties/);
  const unknown = Type.Object({ a: Type.Number({ multipleOf: 2 }) }, { additionalProperties: false });
  expect(() => loadConfig(unknown, source)).toThrow(/multipleOf/);
});
