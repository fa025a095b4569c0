import type * as pulumi from "@pulumi/pulumi";

/**
 * Names of a component's outputs: its public fields, without `nodes` and what each Pulumi component
 * has.
 */
type OutputName<Component> = Exclude<keyof Component, keyof pulumi.ComponentResource | "nodes" | "outputs">;

/** A component's outputs. Each is named, also one that has no value with these arguments. */
export type OutputsOf<Component extends pulumi.ComponentResource> = {
  readonly [Name in OutputName<Component>]: Component[Name];
};

/**
 * Sets a component's outputs as its fields and returns them for `registerOutputs`, so that a
 * component names each output twice: where it declares the field (`declare public readonly`) and
 * where it gives the value.
 *
 * @example
 * this.registerOutputs(setOutputs<RedirectUri>(this, { uri, loopbackUri }));
 */
export function setOutputs<Component extends pulumi.ComponentResource>(
  component: Component,
  outputs: OutputsOf<Component>,
): OutputsOf<Component> {
  Object.assign(component, outputs);
  return outputs;
}
