/** A stack's SIEM connector: what `mssp token`, `siem-config` and `verify` work on. */
import { readStackOutputs, type StackOutputs, type StackOutputsOptions } from "../stack/stackOutputs";

/** The outputs of a stack, with what describes its connector on the same level. */
export type Connector = Omit<StackOutputs, "connector"> & StackOutputs["connector"] & { readonly stack: string };

/**
 * Reads a stack's outputs.
 * @throws VisibleError as `readStackOutputs` does: no such stack, nothing deployed there.
 */
export async function readConnector(stack: string, options: StackOutputsOptions = {}): Promise<Connector> {
  const { connector, ...outputs } = await readStackOutputs(stack, options);
  return { stack, ...outputs, ...connector };
}
