/**
 * The marks by which a stack recognizes its objects in the customer's tenant:
 * `<project>/<stack>#<stack ID>`, or without `#<stack ID>` in a program that declares no
 * `StackIdentity`.
 */
import * as pulumi from "@pulumi/pulumi";

interface Identity {
  readonly stackId: pulumi.Input<string>;
  readonly msspTenantId: pulumi.Input<string>;
}

/** By stack: a process may run the programs of several stacks (Automation API). */
const identities = new Map<string, Identity>();

/** Marks the resources that are declared from now on with the stack's random ID. */
export function markStack(identity: Identity): void {
  identities.set(stackName(), identity);
}

/** Forgets the IDs of all stacks. For tests. */
export function forgetStacks(): void {
  identities.clear();
}

/** The mark of the stack. */
export function stackMark(): pulumi.Input<string> {
  const identity = identities.get(stackName());
  return identity === undefined ? stackName() : pulumi.interpolate`${stackName()}#${identity.stackId}`;
}

/** The mark of one resource of the stack. */
export function resourceMark(name: string): pulumi.Input<string> {
  return identities.has(stackName()) ? pulumi.interpolate`${stackMark()}/${name}` : `${stackName()}/${name}`;
}

/**
 * The mark as a part of a description, without a full stop. The description of an application, a
 * group or a package has room for the MSSP's tenant ID.
 */
export function managedNote(): pulumi.Input<string> {
  const identity = identities.get(stackName());
  return identity === undefined
    ? "Managed by Pulumi"
    : pulumi.interpolate`Managed by Pulumi (${stackMark()}, MSSP tenant ${identity.msspTenantId})`;
}

function stackName(): string {
  return `${pulumi.getProject()}/${pulumi.getStack()}`;
}
