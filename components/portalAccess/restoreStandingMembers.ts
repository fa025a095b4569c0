import { setStandingMembers, type CallContext } from "@defender-mssp/microsoft";
import * as pulumi from "@pulumi/pulumi";
import { azuread } from "../../domain/resourceTypes";
import { inThisRun } from "../hooks";

/**
 * A transformation that gives a group its standing members back when just-in-time access ends.
 *
 * `EligibleMembers` takes the standing members out of a group by Microsoft Graph. azuread's state
 * keeps them in `members`, which the group does not set meanwhile: when the group sets the same
 * members again, azuread finds no change and adds nobody, and no later `up` without `--refresh`
 * does. The hook runs before that update and makes the members of the settings the only ones.
 *
 * @param tenantId the customer's tenant ID, a UUID.
 */
export function restoreStandingMembers(
  name: string,
  tenantId: pulumi.Input<string>,
  context: CallContext = {},
): pulumi.ResourceTransformation {
  const restore = async ({ oldInputs, newInputs, oldOutputs }: pulumi.ResourceHookArgs): Promise<void> => {
    const members = membersIn(newInputs);
    const { objectId } = (oldOutputs ?? {}) as { readonly objectId?: unknown };
    if (members === undefined || membersIn(oldInputs) !== undefined || typeof objectId !== "string") return;
    await setStandingMembers(await resolved(tenantId), objectId, members, context);
  };
  const hook = new pulumi.ResourceHook(`${name}-standing-members`, inThisRun(restore));
  return ({ type, props, opts }) => {
    if (type !== azuread("Group")) return undefined;
    return {
      props,
      opts: { ...opts, hooks: { ...opts.hooks, beforeUpdate: [...(opts.hooks?.beforeUpdate ?? []), hook] } },
    };
  };
}

function membersIn(inputs: unknown): readonly string[] | undefined {
  const { members } = (inputs ?? {}) as { readonly members?: readonly string[] | null };
  return members ?? undefined;
}

function resolved(input: pulumi.Input<string>): Promise<string> {
  return new Promise((resolve) => pulumi.output(input).apply(resolve));
}
