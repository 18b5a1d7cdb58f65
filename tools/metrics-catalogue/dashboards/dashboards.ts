import { CLICKHOUSE_WRITER } from './clickhouse-writer.ts';
import { CORRELATOR } from './correlator.ts';
import { INGESTOR } from './ingestor.ts';
import { LAG } from './lag.ts';
import { OVERVIEW } from './overview.ts';
import type { Dashboard } from './panel.ts';
import { PARSER } from './parser.ts';

/** Every dashboard, in the order in which one looks at them. */
export const DASHBOARDS: readonly Dashboard[] = [OVERVIEW, LAG, INGESTOR, CORRELATOR, PARSER, CLICKHOUSE_WRITER];
