export {
  type EmbeddedExit,
  type EmbeddedWarehouse,
  type EmbeddedWarehouseOptions,
  type SupervisorLog,
  startEmbeddedWarehouse,
} from './supervisor.ts';
