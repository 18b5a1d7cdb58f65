/** A dashboard as it is thought of; `renderDashboard` makes of it what Grafana loads. */
export interface Dashboard {
  /** Name of its file and address in Grafana. */
  readonly uid: string;
  readonly title: string;
  /** What one sees here and when to look. */
  readonly description: string;
  readonly rows: readonly Row[];
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export interface Panel {
  readonly title: string;
  readonly kind: 'timeseries' | 'stat';
  readonly unit: Unit;
  /** Of 24 columns. */
  readonly width: 4 | 6 | 8 | 12 | 24;
  readonly queries: readonly Query[];
  /** From which value on it is yellow, and red. Without: one colour. */
  readonly alarm?: Alarm;
  /** Values are shares of a whole and lie on each other. */
  readonly stacked?: true;
}

export interface Alarm {
  readonly warnAt: number;
  readonly badAt: number;
  /** Low values are the bad ones. */
  readonly low?: true;
}

export interface Query {
  readonly expr: string;
  /** Text of the legend; `{{label}}` is the value of a label. */
  readonly legend: string;
}

/** Units by Grafana's names for them. */
export type Unit = 'short' | 's' | 'bytes' | 'Bps' | 'eps' | 'percentunit' | 'none';

const JOB = 'job=~"$job"';

/** The series of a metric that the reader has chosen to see. `matchers` as in PromQL: `side="A"`. */
export function of(metric: string, matchers = ''): string {
  return `${metric}{${JOB}${matchers === '' ? '' : `, ${matchers}`}}`;
}

/** How fast a counter moves, a second. */
export function rate(counter: string, matchers = ''): string {
  return `rate(${of(counter, matchers)}[$__rate_interval])`;
}

/** A quantile of a histogram, by labels beside `le`. */
export function quantile(q: number, histogram: string, by: readonly string[] = []): string {
  return `histogram_quantile(${q}, sum by (${['le', ...by].join(', ')}) (${rate(`${histogram}_bucket`)}))`;
}

export function timeseries(
  title: string,
  unit: Unit,
  queries: readonly Query[],
  rest: Partial<Pick<Panel, 'width' | 'alarm' | 'stacked'>> = {},
): Panel {
  return { title, kind: 'timeseries', unit, width: 12, queries, ...rest };
}

export function stat(title: string, unit: Unit, expr: string, alarm?: Alarm): Panel {
  const queries = [{ expr, legend: title }];
  return { title, kind: 'stat', unit, width: 4, queries, ...(alarm === undefined ? {} : { alarm }) };
}

/** 0 is good, anything else is not. */
export const NONE: Alarm = { warnAt: 0.000_001, badAt: 1 };
