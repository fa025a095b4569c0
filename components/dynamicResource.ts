import type * as microsoft from "@defender-mssp/microsoft";
import * as pulumi from "@pulumi/pulumi";
import { component, dynamic, type DynamicResourceType } from "../domain/resourceTypes";
import { dynamicResourceLogic, providerCode } from "../domain/stateCode";

/**
 * Names of the objects in `@defender-mssp/microsoft` that implement `check`, `diff`, `create`,
 * `read`, `update`, `delete`.
 */
export type DynamicResourceLogic = Extract<keyof typeof microsoft, `${string}Resource`>;

/**
 * A resource that no provider plugin offers. Pulumi's dynamic provider runs its code.
 *
 * `pulumi.dynamic.Resource` serializes the provider's functions into the state. This class writes a
 * fixed text instead, which calls `@defender-mssp/microsoft` by name. The text depends on no
 * compiler, it can be compared with what a state holds, and the program does not load the
 * TypeScript compiler to make it.
 *
 * Another text replaces nothing: the dynamic provider of SDK 3.248.0 leaves it to the new text's
 * `diff` whether a resource changes (tried with engine 3.259.0: `preview` reports no change).
 * `refresh` and `destroy` run the text in the state, though, so the package name and the names of
 * its exports must not change.
 */
export abstract class DynamicResource extends pulumi.CustomResource {
  /**
   * @param type selects the logic, too. The logic reads its credentials from the environment; the
   * state holds none.
   * @param properties inputs with their values, outputs with `undefined`.
   */
  protected constructor(
    type: DynamicResourceType,
    name: string,
    properties: Readonly<Record<string, unknown>>,
    opts?: pulumi.CustomResourceOptions,
  ) {
    const logic: DynamicResourceLogic = dynamicResourceLogic[type];
    // Old and new object have the same mark or name: the later deletion of the old one would hit
    // the new one.
    const options = pulumi.mergeOptions({ deleteBeforeReplace: true }, opts);
    if (pluginVersion === undefined) {
      super(dynamic(type), name, { ...properties, __provider: providerCode(logic) }, options);
    } else {
      super(component(type), name, { ...properties }, options);
    }
  }
}

let pluginVersion: string | undefined;

/**
 * Lets the plugin of this package serve the resources that this process declares. The plugin calls
 * it when it starts: Pulumi's dynamic provider works in the folder of the program, and a program in
 * another language has no JavaScript packages there (pulumi/pulumi#5455).
 */
export function servedByPlugin(version: string): void {
  pluginVersion = version;
}
