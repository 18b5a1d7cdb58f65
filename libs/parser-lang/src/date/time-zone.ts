/** A stretch of time with one offset. Seconds since the epoch, `start` included, `end` not. */
interface Span {
  readonly start: number;
  readonly end: number;
  /** Seconds east of Greenwich. */
  readonly offset: number;
}

/** An IANA time zone. Its offsets are looked up once for each stretch between two changes. */
export class TimeZone {
  readonly #name: string;
  #spans: Span[] = [];
  #last: Span | undefined;

  private constructor(name: string) {
    this.#name = name;
  }

  /** The zone of a name, undefined where there is none. Offsets (`+02:00`) are no names. */
  static of(name: string): TimeZone | undefined {
    const known = zones.get(name);
    if (known !== undefined || zones.has(name)) {
      return known;
    }
    const zone = isTimeZoneName(name) ? new TimeZone(name) : undefined;
    // Names may come out of logs: a flood of them must not stay in memory.
    if (zones.size >= MAX_ZONES) {
      zones.clear();
    }
    zones.set(name, zone);
    return zone;
  }

  /**
   * Seconds since the epoch for a wall clock that shows `localSeconds` (seconds since 1970-01-01 00:00 on that clock), by
   * the rule of Go's `time.Date`: a time that a change skips or repeats gets the offset of one of the two sides,
   * found by taking the wall clock for UTC first.
   */
  toUtc(localSeconds: number): number {
    const guess = this.#spanAt(localSeconds);
    const utc = localSeconds - guess.offset;
    return utc >= guess.start && utc < guess.end ? utc : localSeconds - this.#spanAt(utc).offset;
  }

  #spanAt(seconds: number): Span {
    const last = this.#last;
    if (last !== undefined && seconds >= last.start && seconds < last.end) {
      return last;
    }
    const found = this.#spans.find(({ start, end }) => seconds >= start && seconds < end) ?? this.#readSpan(seconds);
    this.#last = found;
    return found;
  }

  #readSpan(seconds: number): Span {
    const moment = Temporal.Instant.fromEpochMilliseconds(seconds * 1000).toZonedDateTimeISO(this.#name);
    const next = moment.getTimeZoneTransition('next');
    // "Previous" is before the moment itself, so one second is added for a moment that is a change.
    const previous = moment.add({ seconds: 1 }).getTimeZoneTransition('previous');
    const span = {
      start: previous === null ? Number.NEGATIVE_INFINITY : previous.epochMilliseconds / 1000,
      end: next === null ? Number.POSITIVE_INFINITY : next.epochMilliseconds / 1000,
      offset: Math.round(moment.offsetNanoseconds / 1e9),
    };
    if (this.#spans.length >= MAX_SPANS) {
      this.#spans = [];
    }
    this.#spans.push(span);
    return span;
  }
}

const MAX_ZONES = 1024;
/** More changes than a zone has between 1970 and 2037; later years repeat for ever. */
const MAX_SPANS = 256;

const zones = new Map<string, TimeZone | undefined>();

function isTimeZoneName(name: string): boolean {
  if (!/^[A-Za-z]/.test(name) || name.length > 64) {
    return false;
  }
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch (error) {
    if (error instanceof RangeError) {
      return false;
    }
    throw error;
  }
}
