import { readFileSync } from "node:fs";
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import { checkSettings, type Settings } from "../settings";
import { withSharedAnalysts } from "../settings/withSharedAnalysts";
import { parseAsEngine } from "../settings/engineYaml";
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
  const values = own["analystsFrom"] ? withSharedAnalysts(own, projectFolder(project, environment)).values : own;
  const checked = checkSettings(values, [], environment);
  return "settings" in checked ? checked.settings : undefined;
}

/**
 * The folder of the project. The engine starts a pack in the pack's own folder, and only a fleet run
 * names the project's: otherwise it is above the pack, or above the `node_modules` with the pack.
 * @throws VisibleError if there is none: a rule that judges people needs all of them.
 */
function projectFolder(project: string, environment: Readonly<Record<string, string | undefined>>): string {
  const named = environment["PULUMI_NODEJS_ROOT_DIRECTORY"];
  if (named) return named;
  const pack = process.cwd();
  const [above = pack] = pack.split(`${path.sep}node_modules${path.sep}`);
  for (let folder = above; ; folder = path.dirname(folder)) {
    if (projectIn(folder) === project) return folder;
    if (folder === path.dirname(folder)) break;
  }
  throw new VisibleError(
    `analystsFrom: there is no Pulumi.yaml of the project "${project}" above the policy pack in ${pack}. ` +
      "Use the pack of the project's own repository, such as node_modules/defender-mssp/policy.",
  );
}

function projectIn(folder: string): unknown {
  try {
    const content = parseAsEngine(readFileSync(path.join(folder, "Pulumi.yaml"), "utf8"));
    return (Object(content) as { readonly name?: unknown }).name;
  } catch {
    return undefined;
  }
}
