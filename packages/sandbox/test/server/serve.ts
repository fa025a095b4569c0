/** A sandbox in a process of its own: `serve.ts <home>`. Prints its origins as JSON, stays up until its stdin ends. */
import { startSandbox } from "../../src/server";

async function main(): Promise<void> {
  const sandbox = await startSandbox({ home: process.argv[2] ?? "" });
  const { variables } = await sandbox.environment();
  process.stdout.write(`${JSON.stringify({ origins: sandbox.origins, variables })}\n`);
  process.stdin.resume();
  process.stdin.once("end", () => void sandbox.stop());
}

void main();
