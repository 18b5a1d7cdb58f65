/**
 * `node tools/chart-test.ts`: checks the chart in k8s/logweave with helm, helm-unittest and kubeconform, which are built
 * with Go the first time: lints it, runs its suites, renders every example without a warning, has the program read the
 * configuration of each, looks for what PodSecurity restricted would refuse, and checks all objects against the schemas
 * of several versions of Kubernetes. Ends with a line `N passed, N failed`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exampleProblems } from './deploy/chart/check-example.ts';
import { kubernetesSchemas } from './deploy/chart/kubernetes-schemas.ts';
import { restrictedProblems } from './deploy/chart/manifests.ts';
import { EXAMPLES, readManifests, render, valuesFile } from './deploy/chart/render-example.ts';
import { runTool } from './deploy/run-tool.ts';
import { Checks } from './deploy/checks.ts';
import { goTools, ToolMissing } from './deploy/go-tools.ts';

const KUBERNETES = ['1.29', '1.33', '1.37'];

const root = join(import.meta.dirname, '..');
const chart = join(root, 'k8s/logweave');
const logweave = join(root, 'services/logweave/bin/logweave.mjs');

const checks = new Checks();

async function lint(helm: string): Promise<void> {
  for (const example of EXAMPLES) {
    await checks.check(`helm lint --strict, ${example.name}`, () => {
      const { status, stdout, stderr } = runTool(helm, ['lint', '--strict', chart, '-f', valuesFile(chart, example)]);
      return status === 0 ? [] : [`${stdout}${stderr}`];
    });
  }
}

function suites(helmUnittest: string): void {
  const { status, stdout, stderr } = runTool(helmUnittest, ['--file', 'tests/**/*_test.yaml', chart]);
  const [, counted = ''] = /^Tests:\s+(.*)$/m.exec(stdout) ?? [];
  const count = (word: string): number => Number(new RegExp(`(\\d+) ${word}`).exec(counted)?.[1] ?? 0);
  const failed = count('failed') + count('errored');
  checks.count(count('passed'), failed);
  if (status !== 0) console.log(stdout, stderr);
  console.log(`suites of the chart: ${counted === '' ? 'did not run' : counted}`);
  if (counted === '' || (status !== 0 && failed === 0)) checks.count(0, 1);
}

async function examples(helm: string, kubeconform: string): Promise<void> {
  const schemas = kubernetesSchemas(KUBERNETES);
  if (schemas === null) console.log('no python3 with pip, or no PyPI: objects are not checked against schemas');
  for (const example of EXAMPLES) {
    let text = '';
    await checks.check(`example ${example.name} renders, and its program would start`, () => {
      const rendered = render(helm, chart, { files: [valuesFile(chart, example)] });
      ({ text } = rendered);
      return exampleProblems(example, rendered.manifests, logweave);
    });
    for (const version of schemas === null ? [] : KUBERNETES) {
      await checks.check(`example ${example.name} fits Kubernetes ${version}`, () => {
        const location = `${schemas}/${version}/{{.ResourceKind}}{{.KindSuffix}}.json`;
        const args = ['-strict', '-schema-location', location, '-skip', CUSTOM_KINDS, '-'];
        const { status, stdout, stderr } = runTool(kubeconform, args, { input: text });
        return status === 0 && text !== '' ? [] : [`${stdout}${stderr}`];
      });
    }
  }
}

/** Their schemas are the operators'. */
const CUSTOM_KINDS = 'KafkaTopic,KafkaUser,PodMonitor,PrometheusRule,ScaledObject,TriggerAuthentication';

/** Pods begin anew by it: Kubernetes does not look into ConfigMaps. */
async function checksums(helm: string): Promise<void> {
  await checks.check('another configuration is another pod of every service', () => {
    const files = EXAMPLES.slice(0, 1).map((example) => valuesFile(chart, example));
    const sums = (level: string): readonly string[] => {
      const set = [`config.log.level=${level}`, 'fileWriter.enabled=true'];
      return [...render(helm, chart, { files, set }).text.matchAll(/checksum\/config: (\w{64})/g)].map(
        ([, sum]) => sum ?? '',
      );
    };
    const [one, same, other] = [sums('info'), sums('info'), sums('debug')];
    const problems = one.length === 5 ? [] : [`${one.length} services have a checksum`];
    if (one.join() !== same.join()) problems.push('it differs where nothing does');
    if (one.some((sum) => other.includes(sum))) problems.push('it does not change with the configuration');
    return problems;
  });
}

/** A pod of one's own is not made by the chart: what it refers to must be there under these names. */
async function application(helm: string): Promise<void> {
  const folder = join(chart, 'examples/sidecar-ingestor');
  const text = readFileSync(join(folder, 'application.yaml'), 'utf8');
  await checks.check("the pod of one's own passes restricted and finds its ConfigMap", () => {
    const own = readManifests(text);
    const files = [join(folder, 'values.yaml')];
    const { manifests } = render(helm, chart, { files, set: ['socketIngestor.enabled=false'] });
    const name = /configMap: \{ name: ([\w-]+) \}/.exec(text)?.[1];
    const found = manifests.some(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === name);
    return [...own.flatMap(restrictedProblems), ...(found ? [] : [`no ConfigMap ${String(name)}`])];
  });
}

try {
  const tools = goTools('helm');
  const helm = join(tools, 'helm');
  await lint(helm);
  suites(join(tools, 'helm-unittest'));
  await examples(helm, join(tools, 'kubeconform'));
  await checksums(helm);
  await application(helm);
  process.exitCode = checks.finish();
} catch (error) {
  if (!(error instanceof ToolMissing)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
