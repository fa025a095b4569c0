import { checkSettings, type Settings } from "../settings";

/** The settings that rules ask for. */
export type PolicySettings = Pick<Settings, "customerDomain" | "msspName" | "analysts" | "portalAccess" | "connector">;

/**
 * The running stack's settings, read as the program reads them; undefined where they are wrong: then the program says so.
 *
 * @param environment what the engine starts a pack with: PULUMI_NODEJS_PROJECT and PULUMI_CONFIG.
 */
export function policySettings(environment: Readonly<Record<string, string | undefined>>): PolicySettings | undefined {
  const { PULUMI_NODEJS_PROJECT: project = "", PULUMI_CONFIG: config = "{}" } = environment;
  const prefix = `${project}:`;
  const own = Object.entries(JSON.parse(config) as Record<string, string>)
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, value]) => [key.slice(prefix.length), value] as const);
  const checked = checkSettings(Object.fromEntries(own), [], environment);
  return "settings" in checked ? checked.settings : undefined;
}
