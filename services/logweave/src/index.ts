export type { Config } from './compose/config-schema.ts';
export {
  type Checked,
  type Configuration,
  checkConfiguration,
  loadConfiguration,
  type Surroundings,
} from './compose/load-configuration.ts';
export { type Running, type StartDeps, startLogweave } from './start-logweave.ts';
