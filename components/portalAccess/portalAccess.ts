import { dateOf, systemClock } from "@defender-mssp/microsoft";
import * as pulumi from "@pulumi/pulumi";
import { setOutputs } from "../outputs";
import { basicAccess } from "./basic";
import type { ConnectedOrganization } from "./connectedOrganization";
import { entitlementAccess } from "./entitlement";
import { governanceAccess } from "./governance";
import type { GivenAccess, ModelContext, TierGroups } from "./modelContext";
import { activation, type PortalAccessArgs, type PortalAccessChoice } from "./portalAccessArgs";
import { PortalAccessModel } from "./portalAccessModel";
import { rbacAccess } from "./rbac";
import { component } from "../../domain/resourceTypes";
import { requireTenantProvider } from "../tenant/requireTenantProvider";

/**
 * Grants the MSSP's analysts access to the customer's Defender portal, by one of four models:
 * - `basic`: a directory role for the whole tenant (`DirectoryRoleAccess`);
 * - `rbac`: a group for each tier, and a role of Defender's unified RBAC for each group;
 * - `entitlement`: the same, with members who request an access package instead of invited guests
 *   (`EntitlementAccess`);
 * - `governance`: nothing in the customer's tenant, for a governance relationship grants the access.
 *
 * The first two also have a group of all analysts, for what the customer decides about them
 * (Conditional Access, a Sentinel workspace). An analyst's groups follow from the tier and the last
 * day of access alone: to move an analyst changes the members of two groups.
 *
 * With `activation`, the first two models make analysts eligible members (`EligibleMembers`) instead
 * of members of the groups that grant something.
 *
 * A switch of the model or of `activation` deletes the grants of the old one before it creates those
 * of the new one (`PortalAccessModel`). A switch of the model also replaces the tiers' groups, so that
 * no membership of the old model stays. A switch of `activation` keeps them, and all that the
 * customer has given to them.
 *
 * Follows "Grant MSSP user access" in Microsoft's "Configure managed security service provider
 * integration" (2018) and "Grant managed security service provider (MSSP) access" (2026-07-29).
 *
 * ## Least privileges
 * Those of `MsspSecurityGroup`; with `basic` also those of `DirectoryRoleAccess`; with `rbac` and
 * `entitlement` those of `DefenderRoleDefinition`; with `activation` those of `EligibleMembers`; with
 * `entitlement` those of `EntitlementAccess`.
 *
 * ## Errors
 * Those of the components that it contains.
 *
 * @example
 * new PortalAccess(
 *   "access",
 *   {
 *     tenantId,
 *     msspName: "Fabrikam",
 *     customerDomain: "contoso.com",
 *     access: { model: "basic", role: "Security Reader", assignTo: "group" },
 *     analysts: [{ email: "ana@fabrikam-security.example", objectId: "00000000-0000-4000-8000-000000000001" }],
 *   },
 *   { provider },
 * );
 */
export class PortalAccess extends pulumi.ComponentResource {
  /**
   * Object ID of the group of all analysts. Without a value for the models `entitlement` and
   * `governance`, which have no such group, and if `omit` names it.
   */
  declare public readonly groupObjectId: pulumi.Output<string | undefined>;
  /** Object ID of each tier's group, by tier. Empty for the models `basic` and `governance`. */
  declare public readonly groups: pulumi.Output<Record<string, string>>;
  /**
   * Link at which each tier's access package is requested, by tier. Empty unless the model is
   * `entitlement`.
   */
  declare public readonly accessPackages: pulumi.Output<Record<string, string>>;
  /** What a person still has to do, one sentence each. */
  declare public readonly nextSteps: pulumi.Output<string[]>;

  private readonly model: PortalAccessModel;
  private readonly organization?: ConnectedOrganization;

  constructor(name: string, args: PortalAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super(component("PortalAccess"), name, {}, opts);
    requireTenantProvider(this, "PortalAccess", name);
    const fault = activationFault(args);
    if (fault !== undefined) throw new pulumi.ResourceError(`PortalAccess: ${fault}`, this, true);
    const { access, clock = systemClock } = args;
    this.model = new PortalAccessModel(`${name}-model`, { model: modelName(access) }, { parent: this });
    const dates = { today: dateOf(clock()) };
    const given = givenAccess({ name, args, access, model: this.model, parent: this, dates });
    if (given.organization !== undefined) this.organization = given.organization;
    this.registerOutputs(
      setOutputs<PortalAccess>(this, {
        groupObjectId: pulumi.output(given.group?.objectId),
        groups: pulumi.output(objectIdsByTier(given.tiers)),
        accessPackages: pulumi.output(given.accessPackages ?? {}),
        nextSteps: pulumi.output(given.nextSteps),
      }),
    );
  }

  /** The underlying resources: `organization` for the model `entitlement`. */
  public get nodes(): { readonly model: PortalAccessModel; readonly organization?: ConnectedOrganization } {
    return this.organization === undefined
      ? { model: this.model }
      : { model: this.model, organization: this.organization };
  }
}

/** Declares the resources of the chosen model. */
function givenAccess(context: ModelContext): GivenAccess {
  const { access } = context;
  switch (access.model) {
    case "basic":
      return basicAccess({ ...context, access });
    case "rbac":
      return rbacAccess({ ...context, access });
    case "entitlement":
      return entitlementAccess({ ...context, access });
    case "governance":
      return governanceAccess();
  }
}

/**
 * Names the model; a change of the name replaces all grants. It tells the holder of a directory role,
 * so that nobody holds the old and the new one at once.
 */
function modelName(access: PortalAccessChoice): string {
  if (activation(access) !== undefined) return `${access.model}, just in time`;
  return access.model === "basic" && access.assignTo === "guests" ? "basic, for each guest" : access.model;
}

/** Names the fault of an activation: an approval that nobody can give would be none. */
function activationFault({ access, approverObjectIds = [], omit = [] }: PortalAccessArgs): string | undefined {
  const chosen = activation(access);
  if (chosen === undefined) return undefined;
  const { hours, tier2Approval } = chosen;
  if (access.model === "basic" && access.assignTo === "guests") {
    return 'activation needs assignTo "group": a guest is an eligible member of the group that has the role.';
  }
  if (!Number.isInteger(hours) || hours < 1 || hours > 8) {
    return `activation.hours is ${hours}; it must be a whole number from 1 to 8.`;
  }
  if (tier2Approval === "customer" && approverObjectIds.length === 0) {
    return "approverObjectIds is empty; name at least one person of the customer, who approves activations in tier 2.";
  }
  if (tier2Approval === "approvers" && omit.includes("approvers")) {
    return "tier2Approval needs the group of the MSSP's approvers, which omit leaves out.";
  }
  return undefined;
}

function objectIdsByTier(groups: Partial<TierGroups> | undefined): Record<string, pulumi.Output<string>> {
  return Object.fromEntries(Object.entries(groups ?? {}).map(([tier, { objectId }]) => [tier, objectId]));
}
