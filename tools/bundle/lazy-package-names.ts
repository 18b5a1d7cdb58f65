import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plugin } from 'esbuild';

const NAMESPACE = 'lazy-package';

/**
 * `const { fastify } = await import('fastify')` works in Node, which finds the names of a CommonJS package by reading
 * it; in a bundle such a package would have its default export alone. This gives it the names that Node finds.
 */
export function lazyPackageNames(external: readonly string[]): Plugin {
  return {
    name: NAMESPACE,
    setup(build): void {
      // Paths stand in the bundle, so they are those of the repository.
      const root = resolve(build.initialOptions.absWorkingDir ?? '.');
      build.onResolve({ filter: /^[a-z@]/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
        const isOurs = path.startsWith('@logweave/') || path.startsWith('node:') || external.includes(path);
        if (kind !== 'dynamic-import' || isOurs || pluginData === NAMESPACE || importer.includes('/node_modules/')) {
          return undefined;
        }
        const found = await build.resolve(path, { kind, resolveDir, pluginData: NAMESPACE });
        if (found.errors.length > 0 || found.external) return found;
        return { path: relative(root, found.path), namespace: NAMESPACE };
      });
      build.onLoad({ filter: /.*/, namespace: NAMESPACE }, async ({ path }) => {
        const file = join(root, path);
        const names = Object.keys((await import(pathToFileURL(file).href)) as object);
        const from = JSON.stringify(`./${path}`);
        const named = names.filter((name) => /^[a-z_$][\w$]*$/i.test(name) && name !== 'default');
        const contents = names.includes('module.exports')
          ? [
              `const all = require(${from});`,
              'export default all;',
              ...named.map((name) => `const as_${name} = all.${name}; export { as_${name} as ${name} };`),
            ].join('\n')
          : `export * from ${from};${names.includes('default') ? ` export { default } from ${from};` : ''}`;
        return { contents, resolveDir: root, loader: 'js' };
      });
    },
  };
}
