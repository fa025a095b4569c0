/** Refuses to run the program for a customer who was off-boarded. */
import { execFile } from "node:child_process";
import * as pulumi from "@pulumi/pulumi";
import { VisibleError } from "@defender-mssp/errors";
import { offboardedMessage, offboardedTag, type Offboarded } from "../../domain/offboarded";
import { isProviderType, stackType } from "../../domain/resourceTypes";
import type { DeployedResources } from "./deployedResources";

/**
 * The settings say it; where they don't, as in a checkout from before the off-boarding, the stack's
 * tag does. Only a stack without resources is asked for its tag.
 * @throws VisibleError with the day and the way back.
 */
export async function refuseOffboarded(
  {
    customerName,
    offboarded,
    file,
  }: { readonly customerName: string; readonly offboarded?: Offboarded; readonly file: string },
  deployed: DeployedResources,
): Promise<void> {
  const stack = pulumi.getStack();
  if (offboarded !== undefined) throw new VisibleError(offboardedMessage({ customerName, stack, file }, offboarded));
  if (Object.values(deployed).some(({ type }) => type !== stackType && !isProviderType(type))) return;
  const on = await offboardedOn(`${pulumi.getOrganization()}/${pulumi.getProject()}/${stack}`);
  if (on !== undefined) throw new VisibleError(offboardedMessage({ customerName, stack }, { on }));
}

/** The SDK has no call for a tag. No answer counts as none: a backend may know no tags. */
function offboardedOn(stack: string): Promise<string | undefined> {
  const args = ["stack", "tag", "get", offboardedTag, "--stack", stack, "--non-interactive"];
  const cwd = pulumi.getRootDirectory() || undefined;
  return new Promise((resolve) => {
    execFile("pulumi", args, { cwd, encoding: "utf8" }, (error, stdout) => {
      const day = /^\d{4}-\d{2}-\d{2}/.exec(stdout.trim())?.[0];
      resolve(error === null ? day : undefined);
    });
  });
}
