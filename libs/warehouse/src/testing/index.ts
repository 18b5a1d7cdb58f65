export { decodeRows, type RowValue } from './decode-rows.ts';
export { RAW_LOGS } from '../raw-logs-table.ts';
export { UDM_EVENTS } from '../udm-events-table.ts';
