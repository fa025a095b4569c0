import { roleAuthorizations, type DelegatedRole, type RoleAuthorization } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/microsoft/errors";
import * as managedservices from "@pulumi/azure-native/managedservices";
import type { Provider } from "@pulumi/azure-native/provider";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

export interface AzureDelegationArgs {
  /** The customer's subscription, a UUID: the one of the provider in the options. */
  readonly subscriptionId: string;
  /**
   * Resource group of the Sentinel workspace: the MSSP reaches that group, and nothing else.
   * @default the whole subscription
   */
  readonly resourceGroupName?: string;
  /** The MSSP's tenant, a UUID, whose people the subscription is delegated to. */
  readonly msspTenantId: pulumi.Input<string>;
  /** Name of the MSSP: the customer sees it in the portal under "Service providers". */
  readonly msspName: pulumi.Input<string>;
  /** Object ID, in the MSSP's own tenant, of the security group that gets access. */
  readonly groupObjectId: pulumi.Input<string>;
  /** Name of that group, for the customer's eyes. */
  readonly groupName: pulumi.Input<string>;
  /**
   * Built-in roles by name or ID, in any order. Owner, custom roles and roles with DataActions are refused: Azure Lighthouse delegates none.
   * @example ["Microsoft Sentinel Responder", "Reader"]
   */
  readonly roles: readonly DelegatedRole[];
}

/** A default provider would act in whichever subscription somebody is signed in to: the customer's must be given. */
export type AzureDelegationOptions = pulumi.ComponentResourceOptions & { readonly provider: Provider };

/**
 * Azure Lighthouse: delegates a customer's subscription, or one resource group of it, to a group in the MSSP's own tenant, so that the MSSP's
 * people reach the Sentinel workspace without a guest account. The customer sees it under "Service providers", and can end it there.
 *
 * Follows Microsoft's "Onboard a customer to Azure Lighthouse" and "Tenants, users, and roles in Azure Lighthouse scenarios".
 *
 * ## Least privileges
 * On the customer's subscription: `Owner`, which is what Microsoft's document names; `Contributor` with `Role Based Access Control
 * Administrator` has the same rights for this. Not by a guest's account.
 *
 * @example
 * const provider = await azureSubscription("delegation", { tenantId: customerTenantId, subscriptionId });
 * new AzureDelegation("delegation", {
 *   subscriptionId, resourceGroupName: "sentinel",
 *   msspTenantId, msspName: "Fabrikam Security",
 *   groupObjectId: "00000000-…", groupName: "Sentinel Analysts",
 *   roles: ["Microsoft Sentinel Responder"],
 * }, { provider });
 */
export class AzureDelegation extends pulumi.ComponentResource {
  /** Resource ID of the registration definition: what is delegated, and to whom. */
  public readonly registrationDefinitionId: pulumi.Output<string>;
  /** Resource ID of the registration assignment: that it is delegated. */
  public readonly registrationAssignmentId: pulumi.Output<string>;
  /** What is delegated: the resource ID of the subscription or of the resource group. */
  public readonly scope: pulumi.Output<string>;
  /** Names of the roles, sorted. */
  public readonly roles: pulumi.Output<string[]>;

  private readonly definition: managedservices.RegistrationDefinition;

  constructor(name: string, args: AzureDelegationArgs, opts: AzureDelegationOptions) {
    super("defender-mssp:index:AzureDelegation", name, {}, opts);
    const authorizations = authorizationsOf(args, this);
    const subscription = `/subscriptions/${args.subscriptionId.toLowerCase()}`;
    const scope =
      args.resourceGroupName === undefined ? subscription : `${subscription}/resourceGroups/${args.resourceGroupName}`;

    this.definition = new managedservices.RegistrationDefinition(
      `${name}-definition`,
      {
        // A definition is always the subscription's, also where a resource group is delegated.
        scope: subscription,
        registrationDefinitionId: this.uuid(`${name}-definition-id`),
        properties: {
          registrationDefinitionName: pulumi.interpolate`${args.msspName} Sentinel`,
          description: pulumi.interpolate`${args.msspName} watches this Microsoft Sentinel workspace. Managed by Pulumi.`,
          managedByTenantId: args.msspTenantId,
          authorizations: authorizations.map(({ roleDefinitionId, delegatedRoleDefinitionIds }) => ({
            principalId: args.groupObjectId,
            principalIdDisplayName: args.groupName,
            roleDefinitionId,
            ...(delegatedRoleDefinitionIds === undefined
              ? {}
              : { delegatedRoleDefinitionIds: [...delegatedRoleDefinitionIds] }),
          })),
        },
      },
      { parent: this },
    );
    const assignment = new managedservices.RegistrationAssignment(
      `${name}-assignment`,
      {
        scope,
        registrationAssignmentId: this.uuid(`${name}-assignment-id`),
        properties: { registrationDefinitionId: this.definition.id },
      },
      { parent: this },
    );

    this.registrationDefinitionId = this.definition.id;
    this.registrationAssignmentId = assignment.id;
    // Known only when it is true.
    this.scope = assignment.id.apply(() => scope);
    this.roles = pulumi.output(authorizations.map(({ roleName }) => roleName).sort());
    this.registerOutputs({
      registrationDefinitionId: this.registrationDefinitionId,
      registrationAssignmentId: this.registrationAssignmentId,
      scope: this.scope,
      roles: this.roles,
    });
  }

  /** The underlying resources. */
  public get nodes(): { readonly definition: managedservices.RegistrationDefinition } {
    return { definition: this.definition };
  }

  /** Both are named by a UUID of their maker's choice; kept in the state, so that it stays the same. */
  private uuid(name: string): pulumi.Output<string> {
    return new random.RandomUuid(name, {}, { parent: this }).result;
  }
}

/** Nothing is declared where a role can't be delegated: Azure would only say so after the half was done. */
function authorizationsOf({ roles }: AzureDelegationArgs, resource: pulumi.Resource): RoleAuthorization[] {
  try {
    return roleAuthorizations(roles);
  } catch (error) {
    if (!(error instanceof VisibleError)) throw error;
    throw new pulumi.ResourceError(`roles: ${error.message}`, resource, true);
  }
}
