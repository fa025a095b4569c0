import { azureScope, roleAuthorizations, type DelegatedRole, type RoleAuthorization } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import * as managedservices from "@pulumi/azure-native/managedservices";
import type { Provider } from "@pulumi/azure-native/provider";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { managedNote } from "../mark";
import { setOutputs } from "../outputs";
import { component } from "../../domain/resourceTypes";

export interface AzureDelegationArgs {
  /** ID of the customer's subscription, a UUID: the same as the provider's. */
  readonly subscriptionId: string;
  /**
   * Name of the resource group of the Sentinel workspace. Only this group is delegated.
   * @default the whole subscription is delegated
   * @example "sentinel"
   */
  readonly resourceGroupName?: string;
  /** The MSSP's tenant ID, a UUID. */
  readonly msspTenantId: pulumi.Input<string>;
  /** The MSSP's name, which the customer sees in the Azure portal under "Service providers". */
  readonly msspName: pulumi.Input<string>;
  /** Object ID of the security group in the MSSP's tenant that gets access, a UUID. */
  readonly groupObjectId: pulumi.Input<string>;
  /** Name of that group, which the customer sees. */
  readonly groupName: pulumi.Input<string>;
  /**
   * Built-in roles by name or ID; the order makes no difference. Azure Lighthouse cannot delegate
   * Owner, custom roles and roles with DataActions.
   * @example ["Microsoft Sentinel Responder", "Reader"]
   */
  readonly roles: readonly DelegatedRole[];
}

/**
 * The provider is required: a default provider acts in the subscription that the user is signed in
 * to.
 */
export type AzureDelegationOptions = pulumi.ComponentResourceOptions & { readonly provider: Provider };

/**
 * Delegates the customer's subscription, or one resource group of it, to a group in the MSSP's
 * tenant by Azure Lighthouse: the MSSP's people reach the Sentinel workspace without a guest
 * account. The customer sees the delegation in the Azure portal under "Service providers" and can
 * remove it there.
 *
 * Follows Microsoft's "Onboard a customer to Azure Lighthouse" and "Tenants, users, and roles in
 * Azure Lighthouse scenarios".
 *
 * ## Least privileges
 * On the customer's subscription: `Owner`, which Microsoft's document names, or `Contributor` with
 * `Role Based Access Control Administrator`, which together include the rights needed here. The
 * identity must not be a guest.
 *
 * ## Errors
 * `pulumi.ResourceError` for a role that cannot be delegated, before a resource is declared.
 *
 * `prepareDelegation` declares it with the provider that it needs.
 *
 * @example
 * import { Provider } from "@pulumi/azure-native/provider.js";
 * import { AzureDelegation } from "./components/azure/index.js";
 *
 * const args = {
 *   subscriptionId,
 *   resourceGroupName: "sentinel",
 *   msspTenantId,
 *   msspName: "Fabrikam Security",
 *   groupObjectId: "00000000-0000-4000-8000-000000000001",
 *   groupName: "Sentinel Analysts",
 *   roles: ["Microsoft Sentinel Responder" as const],
 * };
 * const customer = new Provider("customer", { tenantId: customerTenantId, subscriptionId });
 * new AzureDelegation("delegation", args, { provider: customer });
 */
export class AzureDelegation extends pulumi.ComponentResource {
  /** Resource ID of the registration definition, which says what is delegated to whom. */
  declare public readonly registrationDefinitionId: pulumi.Output<string>;
  /** Resource ID of the registration assignment, which delegates the scope. */
  declare public readonly registrationAssignmentId: pulumi.Output<string>;
  /** Resource ID of the delegated subscription or resource group. */
  declare public readonly scope: pulumi.Output<string>;
  /** Names of the delegated roles, sorted. */
  declare public readonly roles: pulumi.Output<string[]>;

  private readonly definition: managedservices.RegistrationDefinition;

  constructor(name: string, args: AzureDelegationArgs, opts: AzureDelegationOptions) {
    super(component("AzureDelegation"), name, {}, opts);
    const authorizations = authorizationsOf(args, this);
    const subscriptionId = args.subscriptionId.toLowerCase();
    const subscription = azureScope({ subscriptionId });
    const scope = azureScope({ subscriptionId, resourceGroupName: args.resourceGroupName });

    this.definition = new managedservices.RegistrationDefinition(
      `${name}-definition`,
      {
        // The scope of a definition is the subscription, also if a resource group is delegated.
        scope: subscription,
        registrationDefinitionId: this.uuid(`${name}-definition-id`),
        properties: {
          registrationDefinitionName: pulumi.interpolate`${args.msspName} Sentinel`,
          description: pulumi.interpolate`${args.msspName} watches this Microsoft Sentinel workspace. ${managedNote()}.`,
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

    this.registerOutputs(
      setOutputs<AzureDelegation>(this, {
        registrationDefinitionId: this.definition.id,
        registrationAssignmentId: assignment.id,
        // Known only after the delegation exists.
        scope: assignment.id.apply(() => scope),
        roles: pulumi.output(authorizations.map(({ roleName }) => roleName).sort()),
      }),
    );
  }

  /** The underlying resource. */
  public get nodes(): { readonly definition: managedservices.RegistrationDefinition } {
    return { definition: this.definition };
  }

  /**
   * Azure takes the IDs from the caller. They are kept in the state, so that they do not change.
   */
  private uuid(name: string): pulumi.Output<string> {
    return new random.RandomUuid(name, {}, { parent: this }).result;
  }
}

/**
 * Refuses a role that cannot be delegated before the first declaration; Azure would refuse it after
 * the first resource.
 */
function authorizationsOf({ roles }: AzureDelegationArgs, resource: pulumi.Resource): RoleAuthorization[] {
  try {
    return roleAuthorizations(roles);
  } catch (error) {
    if (!(error instanceof VisibleError)) throw error;
    throw new pulumi.ResourceError(`roles: ${error.message}`, resource, true);
  }
}
