/** Refuses to run the program for a customer who was off-boarded. */
import * as pulumi from "@pulumi/pulumi";
import { VisibleError } from "@defender-mssp/errors";
import { offboardedMessage, offboardedTag, type Offboarded } from "../../domain/offboarded";
import { isProviderType, stackType } from "../../domain/resourceTypes";
import type { DeployedResources } from "./deployedResources";
import { stackCommand } from "./stackCommand";

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
  const on = await offboardedOn();
  if (on !== undefined) throw new VisibleError(offboardedMessage({ customerName, stack }, { on }));
}

/** No answer counts as none: a backend may know no tags. */
async function offboardedOn(): Promise<string | undefined> {
  return /^\d{4}-\d{2}-\d{2}/.exec((await stackCommand("tag", "get", offboardedTag))?.trim() ?? "")?.[0];
}
