import {
  lastSegment,
  remoteGroupId,
  resourceGroupId,
  roleAssignmentName,
  roleDefinitionResourceId,
  sentinelRoles,
  type SentinelGroup,
  type SentinelRole,
} from "@defender-mssp/microsoft";
import * as authorization from "@pulumi/azure-native/authorization";
import type { Provider } from "@pulumi/azure-native/provider";
import * as pulumi from "@pulumi/pulumi";
import { component } from "../../domain/resourceTypes";
import { managedNote } from "../mark";
import { setOutputs } from "../outputs";

/** A role of one group, as a part of a resource name. */
export type SentinelGrantKey = `${SentinelGroup}-${(typeof sentinelRoles)[SentinelRole]}`;

export interface SentinelGrant {
  /**
   * `analysts`, `tier1`, `tier2` or `approvers`; `remote-` with the object ID for a group of the MSSP's
   * tenant. The names of the assignments begin with it.
   */
  readonly group: SentinelGroup;
  /** Object ID of the group in the customer's tenant; of a remote group in the MSSP's. */
  readonly objectId: pulumi.Input<string>;
  /** Roles for people: none of them can give access to others. */
  readonly roles: readonly SentinelRole[];
}

export interface SentinelAccessArgs {
  /** ID of the customer's subscription, a UUID: the same as the provider's. */
  readonly subscriptionId: string;
  /** Resource group of the workspace, on which the roles are assigned. */
  readonly resourceGroup: string;
  /** Name of the Log Analytics workspace with Microsoft Sentinel. */
  readonly workspaceName: string;
  /** The MSSP's name, for the descriptions of the assignments. */
  readonly msspName: pulumi.Input<string>;
  /** The groups with their roles; the order makes no difference. */
  readonly grants: readonly SentinelGrant[];
  /**
   * Assignments of the same role to the same group that another party made. `left` ones are not
   * declared; the others are imported.
   * @default none
   */
  readonly existing?: Readonly<Partial<Record<SentinelGrantKey, ExistingAssignment>>>;
}

/** An assignment that this stack did not create. */
export interface ExistingAssignment {
  /** Resource ID of the assignment. */
  readonly id: string;
  /** `left`: it stays another party's. `import`: this `up` takes it over. `adopted`: an earlier one did. */
  readonly state: "left" | "import" | "adopted";
}

/** The provider is required: a default provider acts in the subscription that the user is signed in to. */
export type SentinelAccessOptions = pulumi.ComponentResourceOptions & { readonly provider: Provider };

/**
 * Gives the analysts' groups roles on the resource group of the customer's Microsoft Sentinel
 * workspace. Guests reach the workspace in the Microsoft Defender portal by these roles; a delegation
 * by Azure Lighthouse does not show it there.
 *
 * The name of an assignment is a UUID of its scope, role and group, so that it exists once. The
 * assignments are deleted before the groups.
 *
 * Follows Microsoft's "Roles and permissions in Microsoft Sentinel" and "Set up multitenant management".
 *
 * ## Least privileges
 * On the resource group: `Role Based Access Control Administrator` with a condition that limits it to
 * these roles and to groups; `npx mssp permissions` prints the condition.
 *
 * `prepareSentinelAccess` declares it with the provider that it needs.
 *
 * @example
 * import { Provider } from "@pulumi/azure-native/provider.js";
 * import { SentinelAccess } from "./components/azure/index.js";
 *
 * const args = {
 *   subscriptionId,
 *   resourceGroup: "sentinel",
 *   workspaceName: "sentinel",
 *   msspName: "Fabrikam Security",
 *   grants: [{ group: "tier1" as const, objectId: groupObjectId, roles: ["Microsoft Sentinel Reader" as const] }],
 * };
 * const customer = new Provider("customer", { tenantId: customerTenantId, subscriptionId });
 * new SentinelAccess("sentinel", args, { provider: customer });
 */
export class SentinelAccess extends pulumi.ComponentResource {
  /** Resource ID of the resource group. */
  declare public readonly scope: pulumi.Output<string>;
  /** Name of the workspace. */
  declare public readonly workspaceName: pulumi.Output<string>;
  /** Names of the roles, by group. */
  declare public readonly roles: pulumi.Output<Record<string, string[]>>;

  constructor(name: string, args: SentinelAccessArgs, opts: SentinelAccessOptions) {
    super(component("SentinelAccess"), name, {}, opts);
    const scope = resourceGroupId({ ...args, subscriptionId: args.subscriptionId.toLowerCase() });
    for (const grant of args.grants) for (const role of grant.roles) this.assign(name, args, scope, grant, role);
    this.registerOutputs(
      setOutputs<SentinelAccess>(this, {
        scope: pulumi.output(scope),
        workspaceName: pulumi.output(args.workspaceName),
        roles: pulumi.output(Object.fromEntries(args.grants.map(({ group, roles }) => [group, [...roles]]))),
      }),
    );
  }

  private assign(
    name: string,
    args: SentinelAccessArgs,
    scope: string,
    grant: SentinelGrant,
    role: SentinelRole,
  ): void {
    const key = sentinelGrantKey(grant.group, role);
    const existing = args.existing?.[key];
    if (existing?.state === "left") return;
    const roleDefinitionId = roleDefinitionResourceId(args.subscriptionId.toLowerCase(), role);
    const ownName = pulumi
      .output(grant.objectId)
      .apply((principalId) => roleAssignmentName({ scope, roleDefinitionId, principalId }));
    new authorization.RoleAssignment(
      `${name}-${key}`,
      {
        scope,
        roleAssignmentName: existing === undefined ? ownName : lastSegment(existing.id),
        roleDefinitionId,
        principalId: grant.objectId,
        // Without the type azure-native sends "User", and Azure looks the principal up.
        principalType: authorization.PrincipalType[remoteGroupId(grant.group) === undefined ? "Group" : "ForeignGroup"],
        description: pulumi.interpolate`${args.msspName} watches this Microsoft Sentinel workspace. ${managedNote()}.`,
      },
      {
        parent: this,
        ...(existing === undefined ? {} : { ignoreChanges: ["description", "condition", "conditionVersion"] }),
        ...(existing?.state === "import" ? { import: existing.id } : {}),
      },
    );
  }
}

export function sentinelGrantKey(group: SentinelGroup, role: SentinelRole): SentinelGrantKey {
  return `${group}-${sentinelRoles[role]}`;
}
