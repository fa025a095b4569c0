import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";

/**
 * Asks the engine about the stack of this run: `pulumi stack …`. The SDK has no call for it.
 * @returns the standard output; undefined without an answer, as from a backend that does not know it.
 */
export function stackCommand(...args: readonly string[]): Promise<string | undefined> {
  const stack = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  // Pulumi.yaml of that folder may name the backend; a program without a folder has another text here.
  const root = pulumi.getRootDirectory();
  const options = { cwd: existsSync(root) ? root : undefined, encoding: "utf8", maxBuffer: 1024 ** 3 } as const;
  return new Promise((resolve) => {
    execFile("pulumi", ["stack", ...args, "--stack", stack, "--non-interactive"], options, (error, stdout) => {
      resolve(error === null ? stdout : undefined);
    });
  });
}
