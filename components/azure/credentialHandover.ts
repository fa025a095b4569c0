import { roleDefinitionResourceId, vaultOfResourceId } from "@defender-mssp/microsoft";
import * as authorization from "@pulumi/azure-native/authorization";
import * as keyvault from "@pulumi/azure-native/keyvault";
import type { Provider } from "@pulumi/azure-native/provider";
import * as resources from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { handoverVaultName } from "../../domain/naming";
import { managedNote, stackMark } from "../mark";
import { setOutputs } from "../outputs";
import { component } from "../../domain/resourceTypes";

export interface CredentialHandoverArgs {
  /**
   * The MSSP's tenant ID, a UUID: the same as the provider's. The vault accepts identities of this
   * tenant.
   */
  readonly tenantId: pulumi.Input<string>;
  /**
   * ID of the MSSP's subscription, a UUID: the same as the provider's. A change replaces
   * everything: a vault cannot be moved with its secrets' versions, so the new one exists before
   * the old one is deleted.
   */
  readonly subscriptionId: string;
  /** The customer's tenant ID, a UUID. It is a tag and part of the name of the secret. */
  readonly customerTenantId: pulumi.Input<string>;
  /**
   * Application (client) ID that the client secret belongs to, a UUID. It is a tag of the secret.
   */
  readonly clientId: pulumi.Input<string>;
  /**
   * The client secret of the connector. A secret. Another value is a new version of the secret in the
   * vault; the old versions stay.
   */
  readonly secret: pulumi.Input<string>;
  /**
   * When the client secret expires: UTC, ISO 8601. It is the expiration date of the secret's
   * version.
   */
  readonly expiresOn: pulumi.Input<string>;
  /**
   * Resource ID of an existing vault with the permission model Azure RBAC. Only the secret in it is
   * managed.
   * @example "/subscriptions/00000000-…/resourceGroups/siem/providers/Microsoft.KeyVault/vaults/fabrikam-siem"
   * @default a vault is created
   */
  readonly vaultId?: string;
  /**
   * Name of an existing resource group for the vault: rights on this group are enough. Excludes
   * `vaultId`.
   * @default a resource group is created, which requires rights on the subscription, and deleted
   * with the stack
   */
  readonly resourceGroupName?: string;
  /**
   * Azure region of the vault and the resource group. Required without `vaultId`.
   * @example "westeurope"
   */
  readonly location?: pulumi.Input<string>;
  /**
   * Days for which Azure retains the deleted vault and its secrets: 7 to 90. Purge protection is
   * on, so nobody can shorten the period. It cannot be changed on an existing vault.
   * @default 90
   */
  readonly softDeleteRetentionDays?: number;
  /**
   * Name of the secret: 1 to 127 letters, digits and hyphens.
   * @default "siem-<customerTenantId>"
   */
  readonly secretName?: pulumi.Input<string>;
  /**
   * Content type of the secret.
   * @default "text/plain"
   */
  readonly contentType?: pulumi.Input<string>;
  /**
   * Object ID of the SIEM's identity in the MSSP's tenant, a UUID. It gets the right to read this
   * secret, and no other one.
   * @default no right is assigned
   */
  readonly readerObjectId?: pulumi.Input<string>;
  /**
   * Type of that identity. A managed identity is a service principal, too.
   * @default "ServicePrincipal"
   */
  readonly readerType?: pulumi.Input<"ServicePrincipal" | "User" | "Group">;
}

/**
 * The provider is required: a default provider acts in the subscription that the user is signed in
 * to.
 */
export type CredentialHandoverOptions = pulumi.ComponentResourceOptions & { readonly provider: Provider };

const defaultRetentionDays = 90;

/**
 * Hands over the SIEM connector's client secret as a secret in an Azure Key Vault of the MSSP,
 * which the SIEM's identity can read. Nobody copies it, and each rotation is a new version under
 * the same name.
 *
 * A vault that is created here has the permission model Azure RBAC, soft delete and purge
 * protection. Its name has a random part, because names are unique in Azure and stay taken until a
 * deleted vault is purged: a stack that is destroyed and deployed again gets a new vault.
 *
 * Follows Microsoft's "Secure your Azure Key Vault" and "Provide access to Key Vault with an Azure
 * role-based access control".
 *
 * ## Least privileges
 * In the MSSP's subscription, on the resource group (on the subscription if the resource group is
 * created):
 * - `Key Vault Contributor`, and `Contributor` to create a resource group;
 * - with `readerObjectId`: `Role Based Access Control Administrator`, which can be limited to
 *   assigning `Key Vault Secrets User`;
 * - with `vaultId`, and to rename the secret: `Key Vault Secrets Officer`, because the provider
 *   deletes a secret by the vault's API. A secret in a vault that is deleted, too, needs no such
 *   right.
 *
 * ## Errors
 * `pulumi.ResourceError` for arguments that exclude each other or are out of range, before a
 * resource is declared.
 *
 * `prepareHandover` declares it with the provider that it needs.
 *
 * @example
 * import { Provider } from "@pulumi/azure-native/provider.js";
 * import { CredentialHandover } from "./components/azure/index.js";
 *
 * const args = {
 *   tenantId: msspTenantId,
 *   subscriptionId,
 *   customerTenantId,
 *   clientId: connector.clientId,
 *   secret: connector.clientSecret,
 *   expiresOn: connector.clientSecretExpiresOn,
 *   location: "westeurope",
 * };
 * const mssp = new Provider("mssp", { tenantId: msspTenantId, subscriptionId });
 * new CredentialHandover("handover", args, { provider: mssp });
 */
export class CredentialHandover extends pulumi.ComponentResource {
  /** Resource ID of the vault. */
  declare public readonly vaultId: pulumi.Output<string>;
  /** Name of the vault. */
  declare public readonly vaultName: pulumi.Output<string>;
  /** Name of the secret in the vault. */
  declare public readonly secretName: pulumi.Output<string>;
  /** Address of the newest version of the secret. */
  declare public readonly secretUri: pulumi.Output<string>;
  /** Address of the version that this deployment created. */
  declare public readonly secretVersionUri: pulumi.Output<string>;

  private readonly secret: keyvault.Secret;

  constructor(name: string, args: CredentialHandoverArgs, opts: CredentialHandoverOptions) {
    super(component("CredentialHandover"), name, {}, opts);
    refuseInvalid(args, this);

    const place = args.vaultId === undefined ? this.makeVault(name, args) : existingVault(args.vaultId);
    this.secret = new keyvault.Secret(
      `${name}-secret`,
      {
        resourceGroupName: place.resourceGroupName,
        vaultName: place.vaultName,
        secretName: args.secretName ?? pulumi.interpolate`siem-${args.customerTenantId}`,
        tags: { customerTenantId: args.customerTenantId, clientId: args.clientId, managedBy: "Pulumi" },
        properties: {
          value: pulumi.secret(args.secret),
          contentType: args.contentType ?? "text/plain",
          attributes: { enabled: true, expires: pulumi.output(args.expiresOn).apply(epochSeconds) },
        },
      },
      {
        parent: this,
        replacementTrigger: args.subscriptionId,
        // A vault that is deleted takes the secret with it, so no right in the vault is needed for
        // that.
        ...(place.vault === undefined ? {} : { deletedWith: place.vault, dependsOn: [place.vault] }),
      },
    );
    if (args.readerObjectId !== undefined) this.letRead(name, args.readerObjectId, args);

    const { properties } = this.secret;
    this.registerOutputs(
      setOutputs<CredentialHandover>(this, {
        vaultId: place.vaultId,
        vaultName: pulumi.output(place.vaultName),
        secretName: this.secret.name,
        // The addresses are no secrets, but are outputs of one.
        secretUri: pulumi.unsecret(properties.apply(({ secretUri }) => secretUri)),
        secretVersionUri: pulumi.unsecret(properties.apply(({ secretUriWithVersion }) => secretUriWithVersion)),
      }),
    );
  }

  /** The underlying resource. */
  public get nodes(): { readonly secret: keyvault.Secret } {
    return { secret: this.secret };
  }

  private makeVault(name: string, args: CredentialHandoverArgs): VaultPlace {
    // 8 hexadecimal digits of 32 random bits: "siem-handover-0123abcd" has 22 of 24 characters, and
    // starts with a letter.
    // Another subscription gets another name, which replaces all that is in it.
    const suffix = new random.RandomId(
      `${name}-suffix`,
      { byteLength: 4 },
      { parent: this, replacementTrigger: args.subscriptionId },
    );
    const vaultName = suffix.hex.apply(handoverVaultName);
    const group = args.resourceGroupName === undefined ? this.makeResourceGroup(name, vaultName, args) : undefined;
    const resourceGroupName = args.resourceGroupName ?? vaultName;
    const vault = new keyvault.Vault(
      `${name}-vault`,
      {
        resourceGroupName,
        vaultName,
        location: args.location,
        tags: ownTags(),
        properties: {
          tenantId: args.tenantId,
          sku: { family: keyvault.SkuFamily.A, name: keyvault.SkuName.Standard },
          enableRbacAuthorization: true,
          enableSoftDelete: true,
          enablePurgeProtection: true,
          softDeleteRetentionInDays: args.softDeleteRetentionDays ?? defaultRetentionDays,
        },
      },
      { parent: this, ...(group === undefined ? {} : { dependsOn: [group] }) },
    );
    // The names as they were given: outputs of a resource whose tags change are unknown in a
    // preview, which would show what is in it as replaced.
    return { vault, vaultId: vault.id, vaultName, resourceGroupName };
  }

  private makeResourceGroup(
    name: string,
    resourceGroupName: pulumi.Input<string>,
    { location }: CredentialHandoverArgs,
  ): resources.ResourceGroup {
    return new resources.ResourceGroup(
      `${name}-resource-group`,
      { resourceGroupName, location, tags: ownTags() },
      { parent: this },
    );
  }

  /** Assigns the role on the secret, not on the vault, which may hold other secrets. */
  private letRead(name: string, principalId: pulumi.Input<string>, args: CredentialHandoverArgs): void {
    new authorization.RoleAssignment(
      `${name}-reader`,
      {
        scope: this.secret.id,
        roleDefinitionId: roleDefinitionResourceId(args.subscriptionId, "Key Vault Secrets User"),
        principalId,
        // Without the type Azure looks the identity up, and may not find a new one yet.
        principalType: args.readerType ?? "ServicePrincipal",
        // By the mark a create whose answer was lost is found again.
        description: pulumi.interpolate`The reader of the SIEM connector's credential. ${managedNote()}.`,
      },
      // A stack of another name, or one that adopted it, keeps the text: only its create needs the mark.
      { parent: this, ignoreChanges: ["description"] },
    );
  }
}

/**
 * Tags of what the stack alone uses. The secret keeps its tags: ARM would write another version of
 * it to change them.
 */
function ownTags(): Record<string, pulumi.Input<string>> {
  return { managedBy: "Pulumi", managedByStack: stackMark() };
}

/** The vault of the secret. */
interface VaultPlace {
  readonly vault?: keyvault.Vault;
  readonly vaultId: pulumi.Output<string>;
  readonly vaultName: pulumi.Input<string>;
  readonly resourceGroupName: pulumi.Input<string>;
}

function existingVault(vaultId: string): VaultPlace {
  const { resourceGroupName, vaultName } = vaultOfResourceId(vaultId) ?? { resourceGroupName: "", vaultName: "" };
  return { vaultId: pulumi.output(vaultId), vaultName, resourceGroupName };
}

/** Checks the plain arguments before the first declaration. */
function refuseInvalid(args: CredentialHandoverArgs, resource: pulumi.Resource): void {
  const problem = problemIn(args);
  if (problem !== undefined) throw new pulumi.ResourceError(problem, resource, true);
}

function problemIn(args: CredentialHandoverArgs): string | undefined {
  const { vaultId, resourceGroupName, location, subscriptionId, softDeleteRetentionDays: days } = args;
  if (days !== undefined && (!Number.isInteger(days) || days < 7 || days > 90)) {
    return `softDeleteRetentionDays is ${days}; it must be a whole number of days from 7 to 90.`;
  }
  if (vaultId === undefined) {
    return location === undefined
      ? "location is missing: name the Azure region of the vault, such as westeurope."
      : undefined;
  }
  if (resourceGroupName !== undefined)
    return "vaultId and resourceGroupName exclude each other: the vault's ID has its resource group.";
  const vault = vaultOfResourceId(vaultId);
  if (vault === undefined) {
    return (
      `vaultId is "${vaultId}"; it must be the resource ID of a vault: ` +
      "/subscriptions/<subscription>/resourceGroups/<group>/providers/Microsoft.KeyVault/vaults/<vault>."
    );
  }
  if (vault.subscriptionId === subscriptionId.toLowerCase()) return undefined;
  return `vaultId is in subscription ${vault.subscriptionId}, but subscriptionId is ${subscriptionId}; they must be the same.`;
}

/** Azure takes times in whole seconds since 1970. */
function epochSeconds(isoTime: string): number {
  const milliseconds = Date.parse(isoTime);
  if (Number.isNaN(milliseconds)) throw new Error(`expiresOn is "${isoTime}"; it must be an ISO 8601 time.`);
  return Math.floor(milliseconds / 1000);
}
