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
  const checked = checkSettings(own, [], environment);
  return "settings" in checked ? checked.settings : undefined;
}
