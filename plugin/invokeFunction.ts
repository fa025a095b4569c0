/** Answers a call of a function by a program in another language. */
import { VisibleError } from "@defender-mssp/errors";
import type * as pulumi from "@pulumi/pulumi";
import type { InvokeResult } from "@pulumi/pulumi/provider";
import { pluginTypePrefix } from "../domain/resourceTypes";
import { checkedArguments } from "./arguments";
import { withoutSecrets } from "./customResources";
import { exposedFunctions, type ExposedFunctionName } from "./exposedFunctions";
import type { PackageSchema } from "./schema";

/** An error for people is a failure, which the engine shows without a stack trace. */
export async function invokeFunction(
  schema: PackageSchema,
  token: string,
  inputs: pulumi.Inputs,
): Promise<InvokeResult> {
  try {
    const declared = schema.functions[token];
    if (declared === undefined) throw new VisibleError(`The package defender-mssp has no function ${token}.`);
    const args = await checkedArguments(schema, declared.inputs, withoutSecrets(inputs) as pulumi.Inputs);
    const name = token.slice(pluginTypePrefix.length) as ExposedFunctionName;
    // The arguments are as the schema, which is made of the function's signature, says.
    const call = exposedFunctions[name] as unknown as (args: pulumi.Inputs) => Promise<object>;
    return { outputs: await call(args) };
  } catch (error) {
    if (!(error instanceof VisibleError)) throw error;
    return { outputs: {}, failures: [{ property: "", reason: error.message }] };
  }
}
