/** `node tools/build-go-tools.ts SET...`: builds sets of tools unless they are there, and prints their folders. */
import { goTools, TOOL_SETS, ToolMissing, type ToolSetName } from './deploy/go-tools.ts';

const isSet = (name: string): name is ToolSetName => Object.hasOwn(TOOL_SETS, name);

try {
  for (const name of process.argv.slice(2)) {
    if (!isSet(name)) throw new ToolMissing(`${name}: not one of ${Object.keys(TOOL_SETS).join(', ')}`);
    console.log(goTools(name));
  }
} catch (error) {
  if (!(error instanceof ToolMissing)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
