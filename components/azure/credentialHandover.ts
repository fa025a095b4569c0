import { roleDefinitionResourceId, vaultOfResourceId } from "@defender-mssp/microsoft";
import * as authorization from "@pulumi/azure-native/authorization";
import * as keyvault from "@pulumi/azure-native/keyvault";
import type { Provider } from "@pulumi/azure-native/provider";
import * as resources from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

export interface CredentialHandoverArgs {
  /** The MSSP's own tenant, a UUID: the vault trusts its identities. The one of the provider in the options. */
  readonly tenantId: pulumi.Input<string>;
  /** The MSSP's subscription, a UUID: the one of the provider in the options. */
  readonly subscriptionId: string;
  /** The customer's tenant, a UUID. The secret is named after it, and tagged with it. */
  readonly customerTenantId: pulumi.Input<string>;
  /** Application (client) ID that the secret belongs to: a tag, so that whoever reads the secret knows what to sign in as. */
  readonly clientId: pulumi.Input<string>;
  /** What is handed over. Another value is a new version of the secret; the old versions stay. */
  readonly secret: pulumi.Input<string>;
  /** When it ends: UTC, ISO 8601. Becomes the expiry of the secret's version. */
  readonly expiresOn: pulumi.Input<string>;
  /**
   * Resource ID of a vault that is there already, with Azure RBAC as its permission model. The program puts the secret into it, and leaves
   * the vault itself alone.
   * @example "/subscriptions/00000000-…/resourceGroups/siem/providers/Microsoft.KeyVault/vaults/fabrikam-siem"
   * @default a vault is made
   */
  readonly vaultId?: string;
  /**
   * Name of a resource group that is there already, for the vault to be made in: rights on that group are enough then. Not together with
   * `vaultId`.
   * @default a resource group is made, and deleted with the stack; that takes rights on the subscription
   */
  readonly resourceGroupName?: string;
  /**
   * Azure region of what is made, such as "westeurope". Not with `vaultId`.
   */
  readonly location?: pulumi.Input<string>;
  /**
   * Days for which Azure keeps the vault, and what is in it, after it has been deleted: 7 to 90. Purge protection is always on, so nobody can
   * shorten that. A vault keeps the number that it was made with.
   * @default 90
   */
  readonly softDeleteRetentionDays?: number;
  /**
   * Name of the secret: 1 to 127 letters, digits and hyphens.
   * @default "siem-<customerTenantId>"
   */
  readonly secretName?: pulumi.Input<string>;
  /** @default "text/plain" */
  readonly contentType?: pulumi.Input<string>;
  /**
   * Object ID, in the MSSP's tenant, of the identity that the SIEM reads the secret with: it may read this secret, and nothing else.
   * @default nobody gets access
   */
  readonly readerObjectId?: pulumi.Input<string>;
  /** @default "ServicePrincipal", which managed identities are, too */
  readonly readerType?: pulumi.Input<"ServicePrincipal" | "User" | "Group">;
}

/** A default provider would act in whichever subscription somebody is signed in to: the MSSP's must be given. */
export type CredentialHandoverOptions = pulumi.ComponentResourceOptions & { readonly provider: Provider };

/** Days for which Azure keeps what was deleted, where nothing else is said. */
const defaultRetentionDays = 90;

/**
 * Hands the SIEM connector's secret over: a secret in an Azure Key Vault of the MSSP's, which the SIEM's own identity may read. Nobody copies
 * it, and each rotation is a new version under the same name.
 *
 * The vault that it makes has Azure RBAC as its permission model, soft delete and purge protection. Its name is unique in the world by a random
 * part, so a stack that is destroyed and deployed again gets another vault: the old name is taken until the old vault has been purged.
 *
 * Follows Microsoft's "Secure your Azure Key Vault" and "Provide access to Key Vault with an Azure role-based access control".
 *
 * ## Least privileges
 * In the MSSP's subscription, on the resource group (or, where the program makes that, on the subscription):
 * - `Key Vault Contributor` (and `Contributor` for making a resource group);
 * - with `readerObjectId`: `Role Based Access Control Administrator`, which may be limited to assigning `Key Vault Secrets User`;
 * - `Key Vault Secrets Officer` on an existing vault (`vaultId`), or to rename the secret: the provider deletes a secret by the vault's own
 *   API. A secret whose vault goes with it is not deleted by itself.
 *
 * @example
 * const provider = await azureSubscription("handover", { tenantId: msspTenantId, subscriptionId });
 * new CredentialHandover("handover", {
 *   tenantId: msspTenantId, subscriptionId, location: "westeurope",
 *   customerTenantId, clientId: connector.clientId,
 *   secret: connector.clientSecret, expiresOn: connector.clientSecretExpiresOn,
 *   readerObjectId: "00000000-…",
 * }, { provider });
 */
export class CredentialHandover extends pulumi.ComponentResource {
  /** Resource ID of the vault. */
  public readonly vaultId: pulumi.Output<string>;
  /** Name of the vault. */
  public readonly vaultName: pulumi.Output<string>;
  /** Name of the secret in the vault. */
  public readonly secretName: pulumi.Output<string>;
  /** Address of the secret; whoever reads it gets the newest version. */
  public readonly secretUri: pulumi.Output<string>;
  /** Address of the version that this deployment made. */
  public readonly secretVersionUri: pulumi.Output<string>;

  private readonly secret: keyvault.Secret;

  constructor(name: string, args: CredentialHandoverArgs, opts: CredentialHandoverOptions) {
    super("defender-mssp:index:CredentialHandover", name, {}, opts);
    refuseMistakes(args, this);

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
      // Of a vault that goes as well nothing has to be deleted one by one, and no right in the vault is needed for it.
      { parent: this, ...(place.vault === undefined ? {} : { deletedWith: place.vault }) },
    );
    if (args.readerObjectId !== undefined) this.letRead(name, args.readerObjectId, args);

    this.vaultId = place.vaultId;
    this.vaultName = pulumi.output(place.vaultName);
    this.secretName = this.secret.name;
    // The addresses are no secrets, though they come with one.
    this.secretUri = pulumi.unsecret(this.secret.properties.apply(({ secretUri }) => secretUri));
    this.secretVersionUri = pulumi.unsecret(
      this.secret.properties.apply(({ secretUriWithVersion }) => secretUriWithVersion),
    );
    this.registerOutputs({
      vaultId: this.vaultId,
      vaultName: this.vaultName,
      secretName: this.secretName,
      secretUri: this.secretUri,
      secretVersionUri: this.secretVersionUri,
    });
  }

  /** The underlying resources. */
  public get nodes(): { readonly secret: keyvault.Secret } {
    return { secret: this.secret };
  }

  private makeVault(name: string, args: CredentialHandoverArgs): VaultPlace {
    // 8 hexadecimal digits of 32 random bits: "siem-handover-0123abcd" has 22 of 24 characters, and starts with a letter.
    const suffix = new random.RandomId(`${name}-suffix`, { byteLength: 4 }, { parent: this });
    const vaultName = pulumi.interpolate`siem-handover-${suffix.hex}`;
    const resourceGroupName = args.resourceGroupName ?? this.makeResourceGroup(name, vaultName, args);
    const vault = new keyvault.Vault(
      `${name}-vault`,
      {
        resourceGroupName,
        vaultName,
        location: args.location,
        tags: { managedBy: "Pulumi" },
        properties: {
          tenantId: args.tenantId,
          sku: { family: keyvault.SkuFamily.A, name: keyvault.SkuName.Standard },
          enableRbacAuthorization: true,
          enableSoftDelete: true,
          enablePurgeProtection: true,
          softDeleteRetentionInDays: args.softDeleteRetentionDays ?? defaultRetentionDays,
        },
      },
      { parent: this },
    );
    return { vault, vaultId: vault.id, vaultName: vault.name, resourceGroupName };
  }

  private makeResourceGroup(
    name: string,
    resourceGroupName: pulumi.Input<string>,
    { location }: CredentialHandoverArgs,
  ): pulumi.Output<string> {
    const group = new resources.ResourceGroup(
      `${name}-resource-group`,
      { resourceGroupName, location, tags: { managedBy: "Pulumi" } },
      { parent: this },
    );
    return group.name;
  }

  /** On the secret alone: the vault may hold others. */
  private letRead(name: string, principalId: pulumi.Input<string>, args: CredentialHandoverArgs): void {
    new authorization.RoleAssignment(
      `${name}-reader`,
      {
        scope: this.secret.id,
        roleDefinitionId: roleDefinitionResourceId(args.subscriptionId, "Key Vault Secrets User"),
        principalId,
        // Said, since a new identity may not be known everywhere yet: without it Azure would look the type up, and not find it.
        principalType: args.readerType ?? "ServicePrincipal",
      },
      { parent: this },
    );
  }
}

/** Where the secret goes. */
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

/** Plain arguments are checked before anything is declared. */
function refuseMistakes(args: CredentialHandoverArgs, resource: pulumi.Resource): void {
  const problem = mistakeIn(args);
  if (problem !== undefined) throw new pulumi.ResourceError(problem, resource, true);
}

function mistakeIn(args: CredentialHandoverArgs): string | undefined {
  const { vaultId, resourceGroupName, location, subscriptionId, softDeleteRetentionDays: days } = args;
  if (days !== undefined && (!Number.isInteger(days) || days < 7 || days > 90)) {
    return `softDeleteRetentionDays is ${days}, and must be a whole number of days from 7 to 90.`;
  }
  if (vaultId === undefined) {
    return location === undefined
      ? "location is missing: the Azure region of the vault, such as westeurope."
      : undefined;
  }
  if (resourceGroupName !== undefined)
    return "vaultId and resourceGroupName exclude each other: the vault says its group.";
  const vault = vaultOfResourceId(vaultId);
  if (vault === undefined) {
    return (
      `vaultId is "${vaultId}", and must be the resource ID of a vault: ` +
      "/subscriptions/<subscription>/resourceGroups/<group>/providers/Microsoft.KeyVault/vaults/<vault>."
    );
  }
  if (vault.subscriptionId === subscriptionId.toLowerCase()) return undefined;
  return `vaultId is in subscription ${vault.subscriptionId}, and subscriptionId is ${subscriptionId}: they must be the same.`;
}

/** Azure's times are in whole seconds since 1970. */
function epochSeconds(isoTime: string): number {
  const milliseconds = Date.parse(isoTime);
  if (Number.isNaN(milliseconds)) throw new Error(`expiresOn is "${isoTime}", and must be an ISO 8601 time.`);
  return Math.floor(milliseconds / 1000);
}
