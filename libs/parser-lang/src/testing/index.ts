export { type BareProgram, compiledProgram, naiveProgram } from './bare-program.ts';
