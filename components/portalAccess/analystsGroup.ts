import * as pulumi from "@pulumi/pulumi";
import { securityGroupName } from "../../domain/naming";
import type { ModelContext } from "./modelContext";
import { MsspSecurityGroup, type MsspSecurityGroupArgs } from "./msspSecurityGroup";

type AnalystsGroupOptions = Pick<MsspSecurityGroupArgs, "members" | "assignableToRole"> &
  Pick<pulumi.ResourceOptions, "dependsOn">;

/** Declares the group of all analysts, unless `omit` names it. */
export function analystsGroup(
  { name, args, parent }: ModelContext,
  { members, assignableToRole, dependsOn }: AnalystsGroupOptions,
): MsspSecurityGroup | undefined {
  const { msspName, omit = [] } = args;
  if (omit.includes("analystsGroup")) return undefined;
  return new MsspSecurityGroup(
    `${name}-analysts`,
    { displayName: pulumi.output(msspName).apply(securityGroupName), msspName, members, assignableToRole },
    { parent, dependsOn },
  );
}
