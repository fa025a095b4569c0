import * as pulumi from "@pulumi/pulumi";
import { inspected } from "../program/sdk/inspectedOutput";

/**
 * Names of a component's outputs: its public fields, without `nodes` and what each Pulumi component
 * has.
 */
type OutputName<Component> = Exclude<keyof Component, keyof pulumi.ComponentResource | "nodes" | "outputs">;

/** A component's outputs. Each is named, also one that has no value with these arguments. */
export type OutputsOf<Component extends pulumi.ComponentResource> = {
  readonly [Name in OutputName<Component>]: Component[Name];
};

/** What declares outputs with these values: each is named, also one without a value. */
export type DeclaredOutputs<Values> = {
  readonly [Name in Exclude<keyof Values, never>]: pulumi.Output<Values[Name]> | InputsOf<Values[Name]>;
};

type InputsOf<Value> = { readonly [Key in keyof Value]: pulumi.Input<Value[Key]> };

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

/**
 * A value that describes a resource. Without a value where this run does not create the resource
 * (`--target`, `--exclude`), so that nothing describes an object that does not exist.
 */
export function valueOfMade<T>(resource: pulumi.CustomResource, value: pulumi.Output<T>): pulumi.Output<T> {
  return pulumi.runtime.isDryRun() ? value : pulumi.all([value, resource.id]).apply(([known]) => known as T);
}

/**
 * The program's outputs. One that has no value after this run, because a resource behind it was
 * neither created nor read (`--target`, `--exclude`), keeps the value of the last run.
 *
 * @param last the stack's outputs after the last run.
 */
export function orAsBefore<Outputs extends object>(outputs: Outputs, last: Readonly<Record<string, unknown>>): Outputs {
  if (pulumi.runtime.isDryRun()) return outputs;
  const entries = Object.entries(outputs).map(([name, value]) => {
    const before = last[name];
    return [name, before === undefined ? (value as unknown) : known(pulumi.output(value), before)] as const;
  });
  return Object.fromEntries(entries) as Outputs;
}

function known(output: pulumi.Output<unknown>, before: unknown): pulumi.Output<unknown> {
  const { isKnown, isSecret } = inspected(output);
  const kept = async (): Promise<pulumi.Output<unknown>> => {
    if (await isKnown) return output;
    return !(await isSecret) ? pulumi.output(before) : pulumi.secret(before);
  };
  return pulumi.output(kept());
}

/**
 * The program's outputs, which have no value before the engine has made every resource that the
 * program declares after this call: a run that fails leaves the outputs of the last one, which
 * describe what is still there.
 */
export function outputsAfterResources(): <Outputs extends object>(outputs: Outputs) => Outputs {
  const resources: pulumi.Resource[] = [];
  // With mocks there is no stack.
  if (pulumi.runtime.getStackResource() !== undefined) {
    pulumi.runtime.registerStackTransformation(({ resource }) => {
      resources.push(resource);
      return undefined;
    });
  }
  return (outputs) => {
    const made = pulumi.all(resources.map(({ urn }) => urn));
    const entries = Object.entries(outputs).map(([name, value]) => {
      const waiting = pulumi.all([value, made]).apply(([known]) => known as unknown);
      return [name, waiting] as const;
    });
    return Object.fromEntries(entries) as typeof outputs;
  };
}
