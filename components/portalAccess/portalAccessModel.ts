import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamicResource";

export interface PortalAccessModelArgs {
  /**
   * Name of the model: `basic`, `basic, for each guest`, `rbac`, `entitlement` or `governance`. A change deletes
   * every grant that depends on this resource, and then replaces the resource.
   */
  model: pulumi.Input<string>;
}

/**
 * The model of portal access, on which every grant depends: a switch deletes the grants of the old
 * model before it creates those of the new one. It stands for no object in a tenant and makes no
 * call.
 *
 * Each grant has one of the outputs as an input whose change replaces the grant: a directory role
 * assignment has `directoryScope` as its `directoryScopeId`, a dynamic resource has `model` as a
 * property that its `diff` names in `replaces`. This resource is deleted before it is replaced.
 * Pulumi's engine (`calculateDependentReplacements` of its step generator) then first deletes the
 * resources that depend on it by such an input, also those that the program no longer declares. The
 * grants of the new model wait for the outputs.
 *
 * `dependsOn` alone is not enough: the engine would not replace the dependent resources, and would
 * delete grants that are no longer declared at the end of the update, after the new ones exist.
 *
 * ## Least privileges
 * None.
 *
 * @example
 * const model = new PortalAccessModel("portal-access", { model: "basic" });
 */
export class PortalAccessModel extends DynamicResource {
  /** Name of the model. */
  declare public readonly model: pulumi.Output<string>;
  /**
   * `/`, the whole tenant: the scope of a directory role assignment. Unknown in the preview of a
   * switch.
   */
  declare public readonly directoryScope: pulumi.Output<string>;

  constructor(name: string, args: PortalAccessModelArgs, opts?: pulumi.CustomResourceOptions) {
    super("PortalAccessModel", name, { ...args, directoryScope: undefined }, opts);
  }
}
