import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamicResource";

export interface PortalAccessModelArgs {
  /** Name of the model: `basic`, `basic, for each guest`, `rbac`, `entitlement`. A change replaces this resource, and before that takes every grant away. */
  model: pulumi.Input<string>;
}

/**
 * What all grants of access to the portal hang on, so that a switch of the model never leaves a moment with more access than one of the
 * two models gives. It stands for nothing in any tenant and calls nobody.
 *
 * Every grant takes one of its outputs as an input whose change replaces the grant: a directory role assignment takes `directoryScope` as
 * its `directoryScopeId`, a dynamic resource takes `model` as a property that its `diff` names in `replaces`. When the model changes, this
 * resource is to be deleted before it is replaced, and Pulumi's engine (`calculateDependentReplacements` of its step generator) then
 * deletes first what depends on it by such an input, the resources that the program no longer declares among them. The new model's
 * grants wait for this resource's outputs, so they are made after that.
 *
 * A plain `dependsOn` is not enough: with nothing but that the engine asks nobody whether the dependent must go as well, and leaves old grants
 * until the end of the update, when the new ones are there.
 */
export class PortalAccessModel extends DynamicResource {
  /** Name of the model. */
  declare public readonly model: pulumi.Output<string>;
  /** `/`, the whole tenant: the scope of a directory role's assignment. Unknown in the preview of a switch. */
  declare public readonly directoryScope: pulumi.Output<string>;

  /** The type's token is `pulumi-nodejs:dynamic/defender-mssp:PortalAccessModel`. */
  constructor(name: string, args: PortalAccessModelArgs, opts?: pulumi.CustomResourceOptions) {
    super("PortalAccessModel", name, { ...args, directoryScope: undefined }, opts);
  }
}
