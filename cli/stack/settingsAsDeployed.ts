/**
 * A stack's settings as `up` takes them: a stack that has the legacy alert API keeps it, although
 * its settings do not name the API.
 */
import { VisibleError } from "@defender-mssp/errors";
import type { RestsOn } from "@defender-mssp/microsoft";
import type { Settings } from "../../settings";
import { keepingLegacyApi } from "../../settings/connector";
import { legacyApiResourceNames, onboardingName } from "../../domain/resourceNames";
import { stateRestsOn } from "../../domain/resourcesRestOn";
import { isDeployedType } from "../../domain/stateTenants";
import { urnName } from "../../domain/urn";
import type { Deployment } from "./deployment";
import { StackNotFoundError } from "./pulumi";
import { OtherTenantError } from "./refuseOtherTenant";
import { unknownResources, unknownResourcesNote } from "./unknownResources";

export interface SettingsAsDeployed {
  readonly settings: Settings;
  /** `kept`: with the legacy API. `unread`: nobody knows; `reason` says why. */
  readonly legacyApi: "asSet" | "kept" | "unread";
  readonly reason?: string;
  /** Resources of the state whose type is unknown. */
  readonly unknown?: readonly string[];
  /** Whether the state has objects; undefined where it was not read. */
  readonly isDeployed?: boolean;
  /** What the resources of the state rest on; undefined where it was not read. */
  readonly restsOn?: RestsOn;
}

/**
 * Reads the state, without a passphrase: its reader also compares the tenants.
 * @param only `ifUnset`: settings that name the APIs need no state. For a command that calls nothing.
 * @throws OtherTenantError
 */
export async function settingsAsDeployed(
  settings: Settings,
  read: () => Promise<Deployment>,
  only: "always" | "ifUnset" = "always",
): Promise<SettingsAsDeployed> {
  const connector = keepingLegacyApi(settings.connector);
  const isUnset = connector !== settings.connector;
  if (!isUnset && only === "ifUnset") return { settings, legacyApi: "asSet" };
  try {
    const deployment = await read();
    const facts = {
      unknown: unknownResources(deployment),
      isDeployed: deployment.resources.some(({ type }) => isDeployedType(type)),
      restsOn: deploymentRestsOn(deployment),
    };
    if (!isUnset || !hasLegacyApi(deployment)) return { settings, legacyApi: "asSet", ...facts };
    return { settings: { ...settings, connector }, legacyApi: "kept", ...facts };
  } catch (error) {
    if (error instanceof OtherTenantError || !(error instanceof VisibleError)) throw error;
    if (!isUnset || error instanceof StackNotFoundError) return { settings, legacyApi: "asSet" };
    return { settings, legacyApi: "unread", reason: error.message };
  }
}

/** What the resources of a state rest on. */
export function deploymentRestsOn({ resources }: Pick<Deployment, "resources">): RestsOn {
  return stateRestsOn(resources.filter((resource) => !resource.delete));
}

type StateOfStack = Omit<SettingsAsDeployed, "settings"> & { readonly stack: string };

/** What people should know of these stacks; empty where the settings say everything. */
export function stateNotes(stacks: readonly StateOfStack[]): string[] {
  return [
    ...legacyApiNotes(stacks),
    ...stacks.flatMap(({ stack, unknown = [] }) => {
      const note = unknownResourcesNote(unknown);
      return note === undefined ? [] : [`Stack ${stack}: ${note}`];
    }),
  ];
}

function legacyApiNotes(stacks: readonly StateOfStack[]): string[] {
  const named = (wanted: SettingsAsDeployed["legacyApi"]) => {
    const names = stacks.filter(({ legacyApi }) => legacyApi === wanted).map(({ stack }) => stack);
    return names.length === 0 ? undefined : `Stack${names.length === 1 ? "" : "s"} ${names.join(", ")}`;
  };
  const [kept, unread] = [named("kept"), named("unread")];
  const reason = stacks.find((one) => one.reason !== undefined)?.reason ?? "";
  return [
    ...(kept === undefined
      ? []
      : [
          `${kept}: the setting connector.alertApis is missing, and the legacy alert API is deployed. It stays, and requires its permission. ` +
            "Set connector.alertApis to [legacySiem, graph] to keep it, or to [graph] to remove it.",
        ]),
    ...(unread === undefined
      ? []
      : [
          `${unread}: the setting connector.alertApis is missing, and the state could not be read: ${reason}\n` +
            "If the legacy alert API is deployed, it stays and also requires DelegatedPermissionGrant.ReadWrite.All. " +
            "Set connector.alertApis, or make the state readable.",
        ]),
  ];
}

/** By the names alone: the inputs may be those of an earlier release. */
function hasLegacyApi({ resources }: Deployment): boolean {
  const names = legacyApiResourceNames(onboardingName);
  return resources.some(({ urn }) => names.includes(urnName(urn)));
}
