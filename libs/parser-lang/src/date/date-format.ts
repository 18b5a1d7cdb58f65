import type { DateReading } from './date-reading.ts';

/** Reads a text into a fresh reading; false where it does not match as a whole. */
export type DateFormat = (text: string, reading: DateReading) => boolean;
