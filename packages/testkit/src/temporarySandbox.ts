/** A sandbox, or only a folder, for the time of one test. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { startSandbox, type OwnSandbox, type SandboxOptions } from "@defender-mssp/sandbox";

/** A temporary folder, deleted by `remove`. */
export async function temporaryFolder(): Promise<{ readonly folder: string; readonly remove: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), "mssp-sandbox-test-"));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** A sandbox in a temporary home; `stop` removes the home as well. */
export async function temporarySandbox(options: Partial<SandboxOptions> = {}): Promise<OwnSandbox> {
  const { folder, remove } = await temporaryFolder();
  const sandbox = await startSandbox({ home: path.join(folder, "home"), sharesSigningKey: true, ...options });
  const stop = sandbox.stop.bind(sandbox);
  sandbox.stop = async () => {
    await stop();
    await remove();
  };
  return sandbox;
}
