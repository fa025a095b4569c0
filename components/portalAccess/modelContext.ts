import type * as pulumi from "@pulumi/pulumi";
import type { Tier } from "@defender-mssp/microsoft";
import type { AccessDates } from "../../domain/memberships";
import type { ConnectedOrganization } from "./connectedOrganization";
import type { MsspSecurityGroup } from "./msspSecurityGroup";
import type { AnalystUser, PortalAccessArgs, PortalAccessChoice } from "./portalAccessArgs";
import type { PortalAccessModel } from "./portalAccessModel";

/** Input of every model's declaration. */
export interface ModelContext<Choice = PortalAccessChoice> {
  /** Name of the component, from which the names of its children derive. */
  readonly name: string;
  readonly args: PortalAccessArgs;
  readonly access: Choice;
  /** The resource on which every grant depends. */
  readonly model: PortalAccessModel;
  readonly parent: pulumi.Resource;
  /** Decides whose access has ended. */
  readonly dates: AccessDates;
}

export type TierGroups = Readonly<Record<Tier, MsspSecurityGroup>>;

/** Result of a model's declaration. */
export interface GivenAccess {
  /** The group of all analysts. */
  readonly group?: MsspSecurityGroup | undefined;
  readonly tiers?: Partial<TierGroups>;
  readonly organization?: ConnectedOrganization;
  /** Link to each tier's access package, by tier. */
  readonly accessPackages?: pulumi.Output<Record<string, string>>;
  readonly nextSteps: pulumi.Input<string[]>;
}

export function objectIds(analysts: readonly AnalystUser[], emails: readonly string[]): pulumi.Input<string>[] {
  return analysts.filter(({ email }) => emails.includes(email)).map(({ objectId }) => objectId);
}
