export { didYouMean } from './did-you-mean.ts';
export { type ConfigSource, type LoadedConfig, loadConfig } from './load-config.ts';
export {
  type ConfigPath,
  type ConfigProblem,
  formatPath,
  formatProblem,
  type Location,
  sortProblems,
} from './problem.ts';
