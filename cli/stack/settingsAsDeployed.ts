/**
 * A stack's settings as `up` takes them: a stack that has the legacy alert API keeps it, although
 * its settings do not name the API.
 */
import { VisibleError } from "@defender-mssp/errors";
import type { Settings } from "../../settings";
import { keepingLegacyApi } from "../../settings/connector";
import { legacyApiResourceNames } from "../../domain/naming";
import { runPulumi, StackNotFoundError, type PulumiOptions } from "./pulumi";

export interface SettingsAsDeployed {
  readonly settings: Settings;
  /** `kept`: with the legacy API. `unread`: nobody knows; `reason` says why. */
  readonly legacyApi: "asSet" | "kept" | "unread";
  readonly reason?: string;
}

/** Runs the engine only for settings that name no API. It needs no passphrase. */
export async function settingsAsDeployed(
  stack: string,
  settings: Settings,
  options: PulumiOptions,
): Promise<SettingsAsDeployed> {
  const connector = keepingLegacyApi(settings.connector);
  if (connector === settings.connector) return { settings, legacyApi: "asSet" };
  try {
    const state = await runPulumi(["stack", "export", "--stack", stack], options);
    if (!hasLegacyApi(state)) return { settings, legacyApi: "asSet" };
    return { settings: { ...settings, connector }, legacyApi: "kept" };
  } catch (error) {
    if (error instanceof StackNotFoundError) return { settings, legacyApi: "asSet" };
    if (!(error instanceof VisibleError)) throw error;
    return { settings, legacyApi: "unread", reason: error.message };
  }
}

/** What people should know of these stacks; empty where the settings say everything. */
export function legacyApiNotes(
  stacks: readonly (Omit<SettingsAsDeployed, "settings"> & { readonly stack: string })[],
): string[] {
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

/** By the URNs alone: the inputs may be those of an earlier release. */
function hasLegacyApi(state: string): boolean {
  const { deployment } = JSON.parse(state) as {
    readonly deployment?: { readonly resources?: readonly { readonly urn?: string }[] | null } | null;
  };
  const names = legacyApiResourceNames("customer").map((name) => `::${name}`);
  return (deployment?.resources ?? []).some(({ urn = "" }) => names.some((name) => urn.endsWith(name)));
}
