/** The extractions by themselves, for benchmarks: parsers use them through their filters. */
export { convert } from './convert/convert.ts';
export { compileCsv } from './csv/compile-csv.ts';
export { compileDate, type DateOptions } from './date/compile-date.ts';
export { Failure } from './extraction.ts';
export { compileKv } from './kv/compile-kv.ts';
export { compileXPath } from './xml/compile-xpath.ts';
export { evaluate } from './xml/evaluate-xpath.ts';
export { parseXml } from './xml/parse-xml.ts';
