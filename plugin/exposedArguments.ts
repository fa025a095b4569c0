/**
 * The arguments of the components that a program in TypeScript declares by a function such as
 * `prepareDelegation`: the component's own, and what the function needs for the sign-in and the
 * looks at what exists. The schema is generated from these declarations.
 */
import type { DelegatedRole } from "@defender-mssp/microsoft";
import type * as azure from "../components/azure";

/** A role with its details. */
type DelegatedRoleArgs = Exclude<DelegatedRole, string>;

interface AzureDelegationInTenant extends Omit<azure.AzureDelegationArgs, "roles">, azure.AzureSubscriptionArgs {
  /**
   * Built-in roles; the order makes no difference. Azure Lighthouse cannot delegate Owner, custom roles
   * and roles with DataActions.
   * @example [{ role: "Microsoft Sentinel Responder" }, { role: "Reader" }]
   */
  readonly roles: readonly DelegatedRoleArgs[];
}

interface CredentialHandoverInTenant
  extends Omit<azure.CredentialHandoverArgs, "tenantId">, azure.AzureSubscriptionArgs {
  /** The MSSP's tenant ID, a UUID. The vault accepts identities of this tenant. */
  readonly tenantId: string;
}

interface SentinelAccessInTenant extends Omit<azure.SentinelAccessArgs, "existing">, azure.AzureSubscriptionArgs {
  /** The customer's tenant ID, a UUID. */
  readonly tenantId: string;
}

interface DetectionsInFolder {
  /** The customer's tenant ID, a UUID. */
  readonly tenantId: string;
  /** The MSSP's name. The IDs of the rules begin with it. */
  readonly msspName: string;
  /**
   * Path of the folder that has the folder `detections`, such as the program's own folder. The plugin
   * runs on the same machine as the program and reads the rules there.
   */
  readonly folder: string;
  /**
   * The rules that the customer gets, as the program's setting `detections` names them: `sets`,
   * `except`, `parameters`, `actions`, `approvedBy`, `until`, `overwrite` and `apiVersion`.
   * @example { sets: ["base"] }
   */
  readonly detections: Readonly<Record<string, unknown>>;
}

/** By the names of the components. */
export interface ExposedArguments {
  readonly AzureDelegation: AzureDelegationInTenant;
  readonly CredentialHandover: CredentialHandoverInTenant;
  readonly Detections: DetectionsInFolder;
  readonly SentinelAccess: SentinelAccessInTenant;
}
