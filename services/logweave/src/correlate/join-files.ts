import {
  Correlation,
  type CorrelationRules,
  type OutcomeSink,
  RecordWriter,
  type SideIndex,
} from '@logweave/correlation';
import { LIMITS, type Rejection, reject } from '@logweave/model';
import { type Arrival, nextSideOf } from './arrival-order.ts';
import { DeadLetterTally } from './dead-letter-tally.ts';
import type { LineOutput } from './line-output.ts';
import type { LineReader } from './line-reader.ts';

/** Lines between two looks at what has passed: often enough for memory, rarely enough to cost nothing. */
const LINES_PER_ADVANCE = 256;

const EMPTY = new Uint8Array(0);

export interface JoinFiles {
  /** HTTP, network. */
  readonly readers: readonly [LineReader, LineReader];
  readonly rules: CorrelationRules;
  readonly arrival: Arrival;
  readonly withLines: boolean;
  readonly output: LineOutput;
  /** Called now and then. */
  readonly progress: () => void;
}

export interface Joined {
  readonly correlation: Correlation;
  /** Per side. */
  readonly deadLetters: readonly [DeadLetterTally, DeadLetterTally];
}

/** Joins two inputs with the engine of the service. There is no arrival, and an event's offset is its line. */
export async function joinFiles({ readers, rules, arrival, withLines, output, progress }: JoinFiles): Promise<Joined> {
  const writer = new RecordWriter(rules.mode, { withLines });
  const sink: OutcomeSink = {
    pair: (a, b, ordinal) => output.add(writer.pair(a, b, ordinal)),
    orphan: (event, reason, nearestNs) => output.add(writer.orphan(event, reason, nearestNs)),
  };
  const correlation = new Correlation(rules, sink);
  const deadLetters = [new DeadLetterTally(), new DeadLetterTally()] as const;
  const nextSide = nextSideOf(arrival, correlation);
  const ended = [false, false];
  let untilAdvance = LINES_PER_ADVANCE;

  while (!(ended[0] && ended[1])) {
    const side: SideIndex = ended[0] ? 1 : ended[1] ? 0 : nextSide();
    const reader = readers[side];
    if (reader.next()) {
      const rejection = add(correlation, side, reader);
      if (rejection !== null) deadLetters[side].note(rejection.reason, reader.line);
      if (--untilAdvance > 0) continue;
      untilAdvance = LINES_PER_ADVANCE;
      correlation.advance(0);
      if (output.due) await output.drain();
    } else if (reader.ended) {
      ended[side] = true;
      // It has shown all that it will: from here on it holds nothing back, and was never silent.
      correlation.watermark.observe(side, Number.POSITIVE_INFINITY, 0, null);
    } else {
      await reader.load();
      progress();
    }
  }
  correlation.end();
  await output.finish();
  return { correlation, deadLetters };
}

function add(correlation: Correlation, side: SideIndex, reader: LineReader): Rejection | null {
  if (!reader.tooLong) return correlation.add(side, reader.line, null, reader.bytes, reader.start, reader.end);
  // The engine counts it; the reason is ours.
  correlation.add(side, reader.line, null, EMPTY, 0, 0);
  return reject('line_too_long', `the line is longer than ${LIMITS.sourceLineBytes} bytes`);
}
