export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The rules of a file of Prometheus, as read from its YAML. @throws Error naming what is not as it should be */
export function readRules(file: unknown): {
  readonly alerts: readonly AlertRule[];
  readonly recordings: readonly RecordingRule[];
} {
  const alerts: AlertRule[] = [];
  const recordings: RecordingRule[] = [];
  for (const group of list(field(file, 'groups'))) {
    for (const rule of list(field(group, 'rules'))) {
      const expr = text(field(rule, 'expr'));
      const labels = texts(field(rule, 'labels') ?? {});
      const record = field(rule, 'record');
      if (record !== undefined) recordings.push({ record: text(record), expr, labels });
      else
        alerts.push({
          alert: text(field(rule, 'alert')),
          expr,
          labels,
          annotations: texts(field(rule, 'annotations')),
        });
    }
  }
  return { alerts, recordings };
}

function field(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) throw new Error(`no object with ${key}: ${JSON.stringify(value)}`);
  return Reflect.get(value, key);
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`no list: ${JSON.stringify(value)}`);
  return value;
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error(`no text: ${JSON.stringify(value)}`);
  return value;
}

function texts(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) throw new Error(`no object: ${JSON.stringify(value)}`);
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, text(entry)]));
}
