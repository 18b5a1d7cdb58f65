/** What the first comment of a user agent says of the machine. */
export interface CommentFacts {
  readonly platform?: string;
  /** The operating system with its version, as it stands: `Windows NT 10.0`. */
  readonly os?: string;
  readonly osName?: string;
  readonly osVersion?: string;
  /** `Win64`, `WOW64`, or the processor. */
  readonly osVariant?: string;
  /** Netscape's letter for the strength of encryption: U, I or N. */
  readonly security?: string;
  readonly locale?: string;
  /** The version of Gecko: `rv:109.0`. */
  readonly revision?: string;
  /** Everything else: models of devices, names of bots, processors of Windows. */
  readonly rest: readonly string[];
}

const OS_NAMES: readonly (readonly [pattern: RegExp, platform: string])[] = [
  [/^(Windows Phone(?: OS)?)\s?([\d.]+)?$/, 'Windows Phone'],
  [/^(Windows(?: NT| CE)?)\s?([\d.]+)?$/, 'Windows'],
  [/^(Android)[ -]?([\d.]+)?$/, 'Android'],
  [/^CPU (OS|iPhone OS) ?([\d_.]+)? like Mac OS X$/, 'iOS'],
  [/^(?:Intel|PPC) (Mac OS X)\s?([\d_.]+)?$/, 'Mac'],
  [/^(Mac OS X|macOS)\s?([\d_.]+)?$/, 'Mac'],
  [/^(CrOS) \S+ ([\d.]+)$/, 'X11'],
  [/^(Linux|FreeBSD|OpenBSD|NetBSD|SunOS)(?: (?:x86_64|amd64|i\d86|aarch64|arm\S*))*( [\d.]+)?$/, 'X11'],
  [/^(Tizen|Ubuntu|Fedora|Debian|webOS|KAIOS|HarmonyOS)[/ ]?([\d.]+)?$/, 'Linux'],
];

const PLATFORMS: ReadonlyMap<string, string> = new Map([
  ['Macintosh', 'Mac'],
  ['X11', 'X11'],
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['iPod', 'iPod'],
  ['Windows', 'Windows'],
  ['Linux', 'Linux'],
]);

const APPLE_DEVICES: ReadonlySet<string> = new Set(['iPhone', 'iPad', 'iPod', 'iPod touch']);

/** Sorts the parts of a comment. The last part that names a system counts: `Linux; Android 13` is Android. */
export function readComment(comment: readonly string[]): CommentFacts {
  const facts: { -readonly [Key in keyof CommentFacts]: CommentFacts[Key] } = { rest: [] };
  const rest: string[] = [];
  for (const part of comment) {
    const system = systemOf(part);
    const platform = PLATFORMS.get(part);
    if (platform !== undefined) {
      facts.platform = platform;
    }
    if (system !== undefined) {
      facts.platform =
        platform ?? (facts.platform === undefined || isVague(facts.platform) ? system.platform : facts.platform);
      facts.os = system.version === '' ? system.name : `${system.name} ${system.version}`;
      facts.osName = system.name;
      facts.osVersion = system.version;
      if (system.variant !== '') {
        facts.osVariant = system.variant;
      }
    } else if (/^(?:Win64|WOW64|Win32)$/.test(part)) {
      facts.osVariant = part;
    } else if (/^[UIN]$/.test(part)) {
      facts.security = part;
    } else if (/^[a-z]{2}(?:[-_][A-Za-z]{2})?$/.test(part)) {
      facts.locale = part;
    } else if (part.startsWith('rv:')) {
      facts.revision = part.slice(3);
    } else if (APPLE_DEVICES.has(part) || (platform === undefined && part !== 'compatible' && part !== 'wv')) {
      rest.push(part);
    }
  }
  facts.rest = rest;
  return facts;
}

function isVague(platform: string): boolean {
  return platform === 'Linux' || platform === 'X11';
}

interface System {
  readonly name: string;
  readonly version: string;
  readonly platform: string;
  readonly variant: string;
}

function systemOf(part: string): System | undefined {
  for (const [pattern, platform] of OS_NAMES) {
    const match = pattern.exec(part);
    if (match !== null) {
      const [, name = '', version = ''] = match;
      const variant = platform === 'X11' ? (/ (x86_64|amd64|i\d86|aarch64|arm\S*)/.exec(part)?.[1] ?? '') : '';
      return { name, version: version.trim().replaceAll('_', '.'), platform, variant };
    }
  }
  return undefined;
}
