/**
 * The resources that `up` creates for a new customer, by the settings alone: the program's own
 * components declare them, without an engine, a sign-in or a request.
 */
import { VisibleError } from "@defender-mssp/errors";
import { publishedApplications } from "@defender-mssp/microsoft";
import * as pulumi from "@pulumi/pulumi";
import { prepareDelegation, prepareSentinelAccess } from "../../components/azure/prepare";
import { sentinelGroupIds } from "../../components/azure/sentinelGroupIds";
import { CustomerOnboarding } from "../../components/customerOnboarding";
import { planDetections } from "../../components/detections/prepareDetections";
import { customerApprovers } from "../../components/portalAccess/portalAccessArgs";
import { tenantProvider } from "../../components/tenant/customerTenant";
import { hasSentinelAccess } from "../../domain/prerequisiteSettings";
import { delegationName, detectionsName, onboardingName, sentinelName } from "../../domain/resourceNames";
import { azureRoleAssignment, component } from "../../domain/resourceTypes";
import { offlineRun, type OfflineResource } from "../../program/sdk/offlineRun";
import type { Settings } from "../../settings";
import { plannedId } from "./plannedId";

/** A resource that `up` creates. */
export interface PlannedResource extends Pick<OfflineResource, "type" | "name" | "inputs"> {
  /** Begins with `plannedId`: the tenant decides the real one. */
  readonly id: string;
  /** With the component of a type that several kinds have; no other parents are in it. */
  readonly urn: string;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/**
 * Lists the resources in the customer's tenant and subscription. What an extension declares, and what
 * is in the MSSP's own subscription, is not among them.
 * @param folder that of `Pulumi.yaml`, with the files of detection rules. Default: there are none.
 * @throws VisibleError for settings that a component refuses, and for wrong files of detection rules.
 */
export async function plannedResources(
  settings: Settings,
  now: Date,
  folder?: string,
): Promise<readonly PlannedResource[]> {
  const resources: PlannedResource[] = [];
  const answers = {
    created: (resource: OfflineResource) => {
      const { type, name, inputs, isCustom } = resource;
      const id = resourceId(type, `${plannedId}${resources.length}`, inputs);
      const outputs = decidedByTenant(type, id, settings);
      if (isCustom && !type.startsWith("pulumi:")) {
        resources.push({ type, name, id, urn: plannedUrn(type, name), inputs, outputs: { ...inputs, ...outputs } });
      }
      return { id, outputs };
    },
    called: (token: string, inputs: Readonly<Record<string, unknown>>) => answer(token, inputs, settings),
  };
  try {
    await offlineRun(() => declare(settings, now, folder), answers);
  } catch (error) {
    if (pulumi.RunError.isInstance(error)) throw new VisibleError(error.message);
    throw error;
  }
  return resources;
}

async function declare(settings: Settings, now: Date, folder: string | undefined): Promise<void> {
  const { tenantId, msspTenantId, msspName, cloud, portalAccess, azureDelegation, sentinelAccess, adopted } = settings;
  const { detections } = settings;
  const provider = tenantProvider(onboardingName, tenantId, cloud);
  const onboarding = new CustomerOnboarding(
    onboardingName,
    {
      ...settings,
      omit: adopted?.omit ?? [],
      approverObjectIds: customerApprovers(portalAccess),
      clock: () => now,
    },
    { provider },
  );
  if (sentinelAccess !== undefined && hasSentinelAccess(settings)) await declareSentinel(settings, onboarding);
  if (detections !== undefined && folder !== undefined) {
    const sources = { tenantId, msspName, folder, detections, now };
    const declareRules = await planDetections(detectionsName, sources);
    declareRules();
  }
  if (azureDelegation === undefined) return;
  const delegate = await prepareDelegation(delegationName, {
    ...azureDelegation,
    tenantId,
    msspTenantId,
    msspName,
    cloud,
  });
  delegate();
}

async function declareSentinel(settings: Settings, onboarding: CustomerOnboarding): Promise<void> {
  const { tenantId, msspName, cloud, portalAccess, adopted, sentinelAccess } = settings;
  if (sentinelAccess === undefined) return;
  const args = { ...sentinelAccess, tenantId, msspName, cloud, isOffline: true };
  const giveSentinel = await prepareSentinelAccess(sentinelName, args, {});
  giveSentinel(sentinelGroupIds(portalAccess, adopted?.omit ?? [], onboarding, sentinelAccess.roles));
}

/** The plan has no other role assignments: that of a vault is in the MSSP's subscription. */
function plannedUrn(type: string, name: string): string {
  const parent = type === azureRoleAssignment ? `${component("SentinelAccess")}$` : "";
  return `urn:pulumi:planned::settings::${parent}${type}::${name}`;
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
