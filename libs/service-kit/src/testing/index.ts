/** For tests that run programs. Nothing here is for a service. */
export { type Finished, RecordedProcess, type RecordedProcessOptions } from './recorded-process.ts';
