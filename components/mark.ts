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

/**
 * By the run's connection to the engine. One process can run several programs at the same time
 * (Automation API), and two of them can be of the same stack name in different backends.
 */
const identities = new WeakMap<object, Identity>();

/** Marks the resources that this run declares from now on with the stack's random ID. */
export function markStack(identity: Identity): void {
  const run = pulumi.runtime.getMonitor();
  if (run !== undefined) identities.set(run, identity);
}

/** The mark of the stack. */
export function stackMark(): pulumi.Input<string> {
  const identity = identityOfRun();
  return identity === undefined ? stackName() : pulumi.interpolate`${stackName()}#${identity.stackId}`;
}

/** The mark of one resource of the stack. */
export function resourceMark(name: string): pulumi.Input<string> {
  return identityOfRun() === undefined ? `${stackName()}/${name}` : pulumi.interpolate`${stackMark()}/${name}`;
}

/**
 * The mark as a part of a description, without a full stop. The description of an application, a
 * group or a package has room for the MSSP's tenant ID.
 */
export function managedNote(): pulumi.Input<string> {
  const identity = identityOfRun();
  return identity === undefined
    ? "Managed by Pulumi"
    : pulumi.interpolate`Managed by Pulumi (${stackMark()}, MSSP tenant ${identity.msspTenantId})`;
}

function identityOfRun(): Identity | undefined {
  const run = pulumi.runtime.getMonitor();
  return run === undefined ? undefined : identities.get(run);
}

function stackName(): string {
  return `${pulumi.getProject()}/${pulumi.getStack()}`;
}
