/**
 * The resources that `up` creates for a new customer, by the settings alone: the program's own
 * components declare them, without an engine, a sign-in or a request.
 */
import { VisibleError } from "@defender-mssp/errors";
import { publishedApplications } from "@defender-mssp/microsoft";
import * as pulumi from "@pulumi/pulumi";
import { prepareDelegation } from "../../components/azure/prepare";
import { CustomerOnboarding } from "../../components/customerOnboarding";
import { customerApprovers } from "../../components/portalAccess/portalAccessArgs";
import { tenantProvider } from "../../components/tenant/customerTenant";
import { delegationName, onboardingName } from "../../domain/resourceNames";
import { offlineRun, type DeclaredResource } from "../../program/sdk/offlineRun";
import type { Settings } from "../../settings";
import { plannedId } from "./plannedId";

/** A resource that `up` creates. */
export interface PlannedResource extends Pick<DeclaredResource, "type" | "name" | "inputs"> {
  /** Begins with `plannedId`: the tenant decides the real one. */
  readonly id: string;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/**
 * Lists the resources in the customer's tenant and subscription. What an extension declares, and what
 * is in the MSSP's own subscription, is not among them.
 * @throws VisibleError for settings that a component refuses.
 */
export async function plannedResources(settings: Settings, now: Date): Promise<readonly PlannedResource[]> {
  const resources: PlannedResource[] = [];
  const answers = {
    created: (resource: DeclaredResource) => {
      const { type, name, inputs, isCustom } = resource;
      const id = resourceId(type, `${plannedId}${resources.length}`, inputs);
      const outputs = decidedByTenant(type, id, settings);
      if (isCustom && !type.startsWith("pulumi:")) {
        resources.push({ type, name, id, inputs, outputs: { ...inputs, ...outputs } });
      }
      return { id, outputs };
    },
    called: (token: string, inputs: Readonly<Record<string, unknown>>) => answer(token, inputs, settings),
  };
  try {
    await offlineRun(() => declare(settings, now), answers);
  } catch (error) {
    if (pulumi.RunError.isInstance(error)) throw new VisibleError(error.message);
    throw error;
  }
  return resources;
}

async function declare(settings: Settings, now: Date): Promise<void> {
  const { tenantId, msspTenantId, msspName, cloud, portalAccess, azureDelegation, adopted } = settings;
  const provider = tenantProvider(onboardingName, tenantId, cloud);
  new CustomerOnboarding(
    onboardingName,
    {
      ...settings,
      omit: adopted?.omit ?? [],
      approverObjectIds: customerApprovers(portalAccess),
      clock: () => now,
    },
    { provider },
  );
  if (azureDelegation === undefined) return;
  const delegate = await prepareDelegation(delegationName, {
    ...azureDelegation,
    ...{ tenantId, msspTenantId, msspName, cloud },
  });
  delegate();
}

/** The ID of a resource in a catalog ends with that of the group. */
function resourceId(type: string, id: string, inputs: Readonly<Record<string, unknown>>): string {
  const isInCatalog = type.endsWith(":AccessPackageResourceCatalogAssociation");
  return isInCatalog ? `${id}/${String(inputs["resourceOriginId"])}` : id;
}

/** What components read of each other's resources, and only the tenant decides. */
function decidedByTenant(type: string, id: string, { msspName }: Settings): Record<string, unknown> {
  switch (type.split(":").at(-1)) {
    case "MsspServicePrincipal":
      return { objectId: id, displayName: msspName };
    case "PortalAccessModel":
      return { directoryScope: "/" };
    case "Guest":
    case "Group":
      return { objectId: id };
    case "ApplicationRegistration":
      return { clientId: id };
    case "ServicePrincipal":
      return { objectId: id };
    case "RandomUuid":
      return { result: id };
    case "ApplicationPassword":
      return { keyId: id };
    default:
      return {};
  }
}

/** What the program asks of a tenant before it declares: a new customer has nothing of the stack's yet. */
function answer(
  token: string,
  inputs: Readonly<Record<string, unknown>>,
  { tenantId }: Settings,
): Record<string, unknown> {
  const name = token.split(":").at(-1) ?? "";
  if (name === "getClientConfig") return { tenantId };
  if (name === "getServicePrincipal") {
    const application = publishedApplications.find(({ appId }) => appId === inputs["clientId"]);
    return {
      objectId: plannedId,
      appRoleIds: application?.appRoles ?? {},
      oauth2PermissionScopeIds: application?.scopes ?? {},
    };
  }
  throw new Error(`not found: ${name}`);
}
