/** The SIEM connector of a stack. */
import type { UnreadConnector } from "@defender-mssp/siem/connector/connectorSource";
import { isStackName } from "@defender-mssp/siem/connector/stackName";
import { VisibleError } from "@defender-mssp/errors";
import type { Place } from "../base/place";
import { readStackOutputs, type StackOutputs, type StackOutputsOptions } from "./stackOutputs";

/** The outputs of a stack, with what describes its connector on the same level. */
export type StackConnector = Omit<StackOutputs, "connector"> & StackOutputs["connector"] & { readonly stack: string };

/** A stack's connector, whose `read` returns all outputs. */
export interface StackCustomer extends UnreadConnector {
  /** Where the stack is read, with the variables of its own passphrase. */
  readonly place: Place;
  read(options?: { readonly secrets?: boolean }): Promise<StackConnector>;
}

/**
 * Reads a stack's outputs.
 * @throws VisibleError as `readStackOutputs` does: no such stack, nothing deployed there.
 */
export async function readConnector(stack: string, options: StackOutputsOptions): Promise<StackConnector> {
  const { connector, ...outputs } = await readStackOutputs(stack, options);
  return { stack, ...outputs, ...connector };
}

/** The connector of a stack, for the commands of `@defender-mssp/siem`. */
export function stackConnector(stack: string, options: Place): StackCustomer {
  return {
    name: stack,
    place: options,
    read: async ({ secrets = true } = {}) => {
      const isName = stack.split("/").every(isStackName);
      if (!isName) throw new VisibleError("the name of its settings file is not a valid stack name");
      return readConnector(stack, { ...options, secrets });
    },
    keptToken: async () => {
      const { keptByStack } = await import("./stackRefreshToken.js");
      return keptByStack(stack, options);
    },
  };
}

/** Whether a connector is of a stack, not of a connection file. */
export function isStack(customer: UnreadConnector): customer is StackCustomer {
  return "place" in customer;
}
