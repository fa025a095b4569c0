/** A sandbox for the time of one test. */
import { startSandbox, type OwnSandbox, type SandboxOptions } from "@defender-mssp/sandbox";
import { newFolder } from "./newFolder";

export function temporarySandbox(options: Partial<SandboxOptions> = {}): Promise<OwnSandbox> {
  return startSandbox({ home: newFolder(), sharesSigningKey: true, ...options });
}
