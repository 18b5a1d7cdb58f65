import { posix } from 'node:path';
import { findClocks } from './find-clocks.ts';
import { findCycles } from './find-cycles.ts';
import { findImports, type ImportOfFile } from './find-imports.ts';
import {
  CLOCK_FILES,
  COMPUTING_BUILTINS,
  COMPUTING_DEPENDENCIES,
  isService,
  layerOf,
  OTHER_ENTRIES,
  PURE,
  PURE_EXCEPTIONS,
  refusal,
} from './layers.ts';
import { isForTests, type SourceFile, type Workspace, type WorkspacePackage } from './workspace.ts';

export interface Finding {
  readonly path: string;
  /** 1-based. */
  readonly line: number;
  /** What is wrong and what to do. */
  readonly message: string;
}

/** Every crossing of a boundary in the workspace, in the order of the files. */
export function checkWorkspace(workspace: Workspace): readonly Finding[] {
  const byId = new Map(workspace.packages.map((member) => [member.id, member]));
  const findings: Finding[] = [];
  const fileEdges = new Map<string, string[]>();
  const packageEdges = new Map<string, string[]>();
  for (const member of workspace.packages) {
    if (layerOf(member.name) === -1) {
      const message = `${member.name} is in no layer: place it in tools/boundaries/layers.ts`;
      findings.push({ path: `${member.folder}/package.json`, line: 1, message });
      continue;
    }
    const edges: string[] = [];
    for (const file of member.files) {
      const found = findImports(file.text);
      for (const imported of found) {
        const message = importProblem(imported, file, member, workspace, byId);
        if (message !== null) findings.push({ path: file.path, line: imported.line, message });
        const id = imported.specifier;
        if (!file.forTests && byId.has(id) && id !== member.id) edges.push(id);
      }
      fileEdges.set(file.path, relativeTargets(file.path, found));
      findings.push(...clockProblems(file));
    }
    packageEdges.set(member.id, edges);
  }
  for (const cycle of findCycles(fileEdges)) {
    const message = `imports run in a circle (${cycle.join(' → ')} → ${cycle[0]}): move what both need into a file of its own`;
    findings.push({ path: cycle[0] ?? '', line: 1, message });
  }
  for (const cycle of findCycles(packageEdges)) {
    const first = byId.get(cycle[0] ?? '');
    const message = `packages depend on each other in a circle: ${cycle.join(' → ')} → ${cycle[0]}`;
    findings.push({ path: `${first?.folder}/package.json`, line: 1, message });
  }
  return findings.sort((a, b) => (a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1));
}

function importProblem(
  { specifier, typeOnly }: ImportOfFile,
  file: SourceFile,
  member: WorkspacePackage,
  workspace: Workspace,
  byId: ReadonlyMap<string, WorkspacePackage>,
): string | null {
  if (specifier.startsWith('.')) return relativeProblem(specifier, file, member);
  const pure =
    PURE.includes(member.name) && !file.forTests && !PURE_EXCEPTIONS.some(({ path }) => path.test(file.path));
  if (specifier === 'node:timers' || specifier === 'node:timers/promises') {
    return file.forTests || mayAskMachine(file) ? null : `${specifier} waits by the machine: take a Clock`;
  }
  if (specifier.startsWith('node:')) {
    if (!pure || typeOnly || COMPUTING_BUILTINS.includes(specifier)) return null;
    return `${member.name} is pure and must not import ${specifier}: let the caller hand in what it gives`;
  }
  const id = packageOf(specifier);
  const target = byId.get(id);
  if (target === undefined) {
    const computing = COMPUTING_DEPENDENCIES[member.name] ?? [];
    if (pure && !computing.includes(id))
      return `${member.name} is pure and must not import ${id} from outside the workspace`;
    return declarationProblem(id, file, member, workspace);
  }
  return workspaceProblem(specifier, target, file, member) ?? declarationProblem(id, file, member, workspace);
}

function workspaceProblem(
  specifier: string,
  target: WorkspacePackage,
  file: SourceFile,
  member: WorkspacePackage,
): string | null {
  const entry = specifier.slice(target.id.length + 1);
  if (entry !== '') {
    const users = OTHER_ENTRIES[entry];
    if (users === undefined) {
      return `${specifier} reaches past index.ts: export what is needed there and import ${target.id}`;
    }
    if (!file.forTests && !users.includes(member.name)) {
      return users.length === 0 ? `${specifier} is for tests only` : `${specifier} is for ${users.join(', ')} only`;
    }
  }
  if (target.id === member.id) {
    return entry === '' ? `a package does not import itself: use a relative path instead of ${specifier}` : null;
  }
  // A test may look up to an adapter that it runs against.
  const refused = refusal(member.name, target.name);
  if (refused !== null && !(file.forTests && layerOf(target.name) !== -1 && !isService(target.name))) return refused;
  // A reference makes `tsc -b` build the target first; for tests too, as they are compiled with the rest.
  return member.references.has(target.folder)
    ? null
    : `${target.folder} is missing from the references of ${member.folder}/tsconfig.json`;
}

function declarationProblem(
  id: string,
  file: SourceFile,
  member: WorkspacePackage,
  workspace: Workspace,
): string | null {
  if (member.dependencies.has(id)) return null;
  if (file.forTests && (member.devDependencies.has(id) || workspace.rootDevDependencies.has(id))) return null;
  const where = file.forTests ? 'devDependencies' : 'dependencies';
  return `${id} is not declared: add it to the ${where} of ${member.folder}/package.json`;
}

function relativeProblem(specifier: string, file: SourceFile, member: WorkspacePackage): string | null {
  const target = posix.join(posix.dirname(file.path), specifier);
  if (!target.startsWith(`${member.folder}/`)) {
    return `${specifier} leaves the package: import the other one by its name`;
  }
  if (!file.forTests && isForTests(target)) return `${specifier} is for tests only`;
  return null;
}

function clockProblems(file: SourceFile): readonly Finding[] {
  if (file.forTests || mayAskMachine(file)) return [];
  return findClocks(file.text).map(({ what, line }) => ({
    path: file.path,
    line,
    message: `${what} asks the machine: take a Clock (or a seeded random) as a dependency`,
  }));
}

function mayAskMachine(file: SourceFile): boolean {
  return CLOCK_FILES.some(({ path }) => path.test(file.path));
}

function relativeTargets(path: string, imports: readonly ImportOfFile[]): string[] {
  return imports
    .filter(({ specifier, typeOnly }) => specifier.startsWith('.') && !typeOnly)
    .map(({ specifier }) => posix.join(posix.dirname(path), specifier));
}

function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier);
}
