import * as pulumi from "@pulumi/pulumi";
import { dynamicTypePrefix, providerCode } from "../guardrails/stateCode";

/** The objects of `@defender-mssp/microsoft` that do the work of a dynamic resource: `check`, `diff`, `create`, `read`, `update`, `delete`. */
export type DynamicResourceLogic = Extract<keyof typeof import("@defender-mssp/microsoft"), `${string}Resource`>;

/**
 * A resource for which no provider plugin exists: Pulumi's own dynamic provider runs it.
 *
 * It does what `pulumi.dynamic.Resource` does, with one difference. That class writes the provider's code into the state as the
 * compiler of the day has left it, and the dynamic provider replaces every resource whose code isn't the same: another compiler, and
 * each guest is deleted and invited again. So the code is written out here. It only calls the package, by name: what the package does may
 * change, this text may not. `refresh` and `destroy` run the state's copy, and with it today's package. It also spares the program the
 * TypeScript compiler, which serializing a function takes.
 */
export abstract class DynamicResource extends pulumi.CustomResource {
  /**
   * @param type the last part of the type's token, `pulumi-nodejs:dynamic/defender-mssp:<type>`.
   * @param logic the object that does the work. Credentials are read over there, from the environment; nothing secret is in the code.
   * @param properties inputs with their values, outputs with `undefined`.
   */
  protected constructor(
    type: string,
    logic: DynamicResourceLogic,
    name: string,
    properties: Readonly<Record<string, unknown>>,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(
      `${dynamicTypePrefix}${type}`,
      name,
      { ...properties, __provider: providerCode(logic) },
      // What is made anew carries the old one's mark or name; made first, it would be taken away with the old one.
      pulumi.mergeOptions({ deleteBeforeReplace: true }, opts),
    );
  }
}
