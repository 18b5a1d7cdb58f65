import type { DateFormat } from './date-format.ts';
import { type DateReading, isDigit } from './date-reading.ts';
import { readDayName, readMeridiem, readMonthName, readZoneName } from './date-names.ts';

/** Reads one part of a pattern. */
type Step = (text: string, reading: DateReading) => boolean;

interface Token {
  /** A letter of the pattern language, or '' for literal text. */
  readonly letter: string;
  /** The run of the letter, or the literal text. */
  readonly text: string;
  readonly isQuoted: boolean;
}

const LETTERS = 'yYMdHhmsSZzAaE';
const LETTER_Z = 90;
const NUMBERS = 'yYdHhmsS';

/**
 * A pattern such as `MMM d yyyy HH:mm:ss.SSS Z`, in the letters of Joda-Time that Chronicle documents:
 *
 * - `yyyy`, `yy` (69–99 are 19yy); `M`, `MM`, `MMM`, `MMMM`; `d`, `dd`; `H`, `HH`; `h`, `hh`; `m`, `mm`; `s`, `ss`: where
 *   other characters stand between numbers, one digit will do; month names are English, long or short, in any case
 * - `S…`: a fraction of a second, of as many digits as there are letters
 * - `Z`, `ZZ`: an offset (`+hh`, `+hhmm`, `+hh:mm`), but not the letter Z: the reference engine does not take it, and goes
 *   on to the next format; `ZZZ`, `z`: a zone's name, which is read and has no effect unless it is `UTC`, `GMT` or an
 *   offset
 * - `A`, `a`: AM or PM, for `HH` as well; `EEE`, `EEEE`: a day's name, which is read and has no effect
 * - text in single quotes, and every other character (`T`), for itself
 *
 * As Go's `time.Parse` does: a run of blanks matches any run of blanks, seconds without a fraction in the pattern may
 * have one in the text, and of two tokens for one field the last counts.
 */
export function compileDatePattern(pattern: string): DateFormat {
  const steps = stepsOf(tokensOf(pattern));
  return (text, reading) => {
    for (const step of steps) {
      if (!step(text, reading)) {
        return false;
      }
    }
    return reading.at === text.length;
  };
}

/** The bare letters of a pattern that stand for themselves, though they look as if they meant something. */
export function unknownLetters(pattern: string): readonly string[] {
  return tokensOf(pattern)
    .filter(({ letter, text, isQuoted }) => letter === '' && !isQuoted && /^[A-SU-Za-z]/.test(text))
    .map(({ text }) => text);
}

function tokensOf(pattern: string): readonly Token[] {
  return [...pattern.matchAll(/''|'((?:[^']|'')*)'?|([A-Za-z])\2*| +|[^]/g)].map(([text, inQuotes, letter]) => {
    if (text === "''") {
      return { letter: '', text: "'", isQuoted: true };
    }
    if (inQuotes !== undefined) {
      return { letter: '', text: inQuotes.replaceAll("''", "'"), isQuoted: true };
    }
    return { letter: letter !== undefined && LETTERS.includes(letter) ? letter : '', text, isQuoted: false };
  });
}

function stepsOf(tokens: readonly Token[]): readonly Step[] {
  return tokens.map((token, index) => {
    const next = tokens[index + 1];
    const adjacent = isNumber(tokens[index - 1]) || isNumber(next);
    return stepOf(token, adjacent, next);
  });
}

function isNumber(token: Token | undefined): boolean {
  return (
    token !== undefined &&
    token.letter !== '' &&
    (NUMBERS.includes(token.letter) || (token.letter === 'M' && token.text.length <= 2))
  );
}

function stepOf({ letter, text: run, isQuoted }: Token, adjacent: boolean, next: Token | undefined): Step {
  // Where numbers touch, only their widths part them.
  const width = adjacent ? Math.min(run.length, 2) : 1;
  switch (letter) {
    case 'y':
    case 'Y':
      return run.length === 2 ? shortYear : year;
    case 'M':
      return run.length > 2 ? readMonthName : month(width);
    case 'd':
      return day(width);
    case 'H':
      return hour(width, 23);
    case 'h':
      return hour(width, 12);
    case 'm':
      return minute(width);
    case 's':
      return second(width, !/^[.,]/.test(next?.text ?? '') && next?.letter !== 'S');
    case 'S':
      return fraction(run.length);
    case 'Z':
      return run.length > 2 ? readZoneName : offset;
    case 'z':
      return readZoneName;
    case 'A':
    case 'a':
      return readMeridiem;
    case 'E':
      return readDayName;
    default:
      return run.startsWith(' ') && !isQuoted ? blanks : literal(run);
  }
}

function year(text: string, reading: DateReading): boolean {
  reading.year = reading.digits(text, 4, 4);
  return reading.year >= 0;
}

function shortYear(text: string, reading: DateReading): boolean {
  const value = reading.digits(text, 2, 2);
  reading.year = value >= 69 ? 1900 + value : 2000 + value;
  return value >= 0;
}

function month(width: number): Step {
  return (text, reading) => {
    reading.month = reading.digits(text, width, 2);
    return reading.month >= 1 && reading.month <= 12;
  };
}

function day(width: number): Step {
  return (text, reading) => {
    reading.day = reading.digits(text, width, 2);
    return reading.day >= 1;
  };
}

function hour(width: number, max: number): Step {
  return (text, reading) => {
    reading.hour = reading.digits(text, width, 2);
    return reading.hour >= 0 && reading.hour <= max;
  };
}

function minute(width: number): Step {
  return (text, reading) => {
    reading.minute = reading.digits(text, width, 2);
    return reading.minute >= 0 && reading.minute <= 59;
  };
}

function second(width: number, mayHaveFraction: boolean): Step {
  return (text, reading) => {
    reading.second = reading.digits(text, width, 2);
    if (mayHaveFraction && isPointOrComma(text, reading.at) && isDigit(text, reading.at + 1)) {
      reading.at++;
      reading.fraction(text, Number.POSITIVE_INFINITY);
    }
    return reading.second >= 0 && reading.second <= 59;
  };
}

function fraction(digits: number): Step {
  return (text, reading) => {
    const start = reading.at;
    return reading.fraction(text, digits) && reading.at - start === digits;
  };
}

function offset(text: string, reading: DateReading): boolean {
  return text.charCodeAt(reading.at) !== LETTER_Z && reading.offset(text);
}

function isPointOrComma(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code === 46 || code === 44;
}

function blanks(text: string, reading: DateReading): boolean {
  const start = reading.at;
  while (text.charCodeAt(reading.at) === 32) {
    reading.at++;
  }
  return reading.at > start || reading.at === text.length;
}

function literal(expected: string): Step {
  if (expected.length === 1) {
    const code = expected.charCodeAt(0);
    return (text, reading) => reading.character(text, code);
  }
  return (text, reading) => {
    if (!text.startsWith(expected, reading.at)) {
      return false;
    }
    reading.at += expected.length;
    return true;
  };
}
