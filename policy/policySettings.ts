import { checkSettings, type Settings } from "../settings";
import { ownSettings } from "../settings/ownSettings";

/** The settings that rules ask for. */
export type PolicySettings = Pick<
  Settings,
  | "customerName"
  | "tenantId"
  | "customerDomain"
  | "msspName"
  | "msspTenantId"
  | "cloud"
  | "analysts"
  | "invitationCopyTo"
  | "adoptMembers"
  | "portalAccess"
  | "crossTenantTrust"
  | "conditionalAccess"
  | "notificationRules"
  | "defenderCalls"
  | "connector"
  | "handover"
  | "azureDelegation"
  | "sentinelAccess"
  | "detections"
>;

/**
 * The running stack's settings, read as the program reads them; undefined where they are wrong:
 * then the program says so.
 *
 * @param environment what the engine starts a pack with: PULUMI_NODEJS_PROJECT and PULUMI_CONFIG.
 */
export function policySettings(environment: Readonly<Record<string, string | undefined>>): PolicySettings | undefined {
  const { PULUMI_NODEJS_PROJECT: project = "", PULUMI_CONFIG: config = "{}" } = environment;
  const own = ownSettings(JSON.parse(config) as Record<string, string>, project);
  const values = own["analystsFrom"] ? valuesWithShared(own, project, environment) : own;
  const checked = checkSettings(values, [], environment);
  return "settings" in checked ? checked.settings : undefined;
}

/** Loads the reader of YAML, 72 modules, only for the stacks that need it. */
function valuesWithShared(...args: Parameters<typeof import("./sharedAnalysts").sharedAnalysts>) {
  const { sharedAnalysts } = require("./sharedAnalysts") as typeof import("./sharedAnalysts");
  return sharedAnalysts(...args);
}
