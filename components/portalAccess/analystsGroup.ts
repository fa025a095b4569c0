import * as pulumi from "@pulumi/pulumi";
import { securityGroupName } from "../../domain/naming";
import type { OmittablePart } from "../../domain/omittedParts";
import type { ModelContext } from "./modelContext";
import { restoreStandingMembers } from "./restoreStandingMembers";
import type { PortalAccessChoice } from "./portalAccessArgs";
import { MsspSecurityGroup, type MsspSecurityGroupArgs } from "./msspSecurityGroup";

type AnalystsGroupOptions = Pick<MsspSecurityGroupArgs, "members" | "assignableToRole"> &
  Pick<pulumi.ResourceOptions, "dependsOn">;

/** Whether the model has a group of all analysts: `groupObjectId` of `PortalAccess` has a value. */
export function hasAnalystsGroup({ model }: PortalAccessChoice, omit: readonly OmittablePart[] = []): boolean {
  return (model === "basic" || model === "rbac") && !omit.includes("analystsGroup");
}

/** Declares the group of all analysts, unless `omit` names it. */
export function analystsGroup(
  { name, args, parent }: ModelContext,
  { members, assignableToRole, dependsOn }: AnalystsGroupOptions,
): MsspSecurityGroup | undefined {
  const { tenantId, msspName, omit = [] } = args;
  if (omit.includes("analystsGroup")) return undefined;
  return new MsspSecurityGroup(
    `${name}-analysts`,
    { displayName: pulumi.output(msspName).apply(securityGroupName), msspName, members, assignableToRole },
    { parent, dependsOn, transformations: [restoreStandingMembers(`${name}-analysts`, tenantId)] },
  );
}
