/**
 * The tiers of an MSSP's analysts, and what Defender's unified RBAC lets each do by default.
 *
 * Microsoft, "Grant managed security service provider (MSSP) access" (2026-07-29): three groups;
 * tier 1 "all actions except for live response and manage security settings", tier 2 adds live
 * response. The document means Defender for Endpoint's permissions; what each is called in unified
 * RBAC is in Microsoft, "Map Microsoft Defender XDR Unified RBAC permissions" (defender-docs,
 * `defender-xdr/compare-rbac-roles.md`, 2024-06-27). The action names of those, which Graph wants,
 * were read in
 * - [map] MicrosoftDocs/microsoft-365-docs, `security/defender/compare-rbac-roles.md` (2022-11-10):
 *   the rows of Entra's roles
 * - [eam] Cloud-Architekt/EntraOps, `Classification/Templates/Classification_Defender.json`
 *   (bf7e69e, 2026-03-13): actions of real tenants
 *
 * Left out, and to be added by a setting where a customer wants it:
 * - everything under `microsoft.xdr/configuration` (security settings, system settings, and
 *   authorization, by which an analyst could give himself the rest): "settings" is taken in its
 *   wide sense;
 * - e-mail and collaboration (`rawdata`, `emailquarantine`, `emailadvancedactions`): no permission
 *   of Defender for Endpoint;
 * - Remediation handling (manage): its action name was not seen anywhere public, and none is
 *   invented.
 */

/** The tiers of analysts. `approvers` approve requests for access and see no data. */
export const tiers = ["tier1", "tier2", "approvers"] as const;
export type Tier = (typeof tiers)[number];

/** Microsoft's names of the tiers' groups and roles. */
export const tierNames: Readonly<Record<Tier, string>> = {
  tier1: "Tier 1 Analyst",
  tier2: "Tier 2 Analyst",
  approvers: "MSSP Analyst Approvers",
};

const tier1: readonly string[] = [
  "microsoft.xdr/secops/securitydata/basics/read", // [map] Security data basics (read): "View data - Security operations"
  "microsoft.xdr/secops/securitydata/alerts/manage", // [map], [eam] Alerts (manage): "Alerts investigation"
  "microsoft.xdr/secops/securitydata/response/manage", // [map], [eam] Response (manage): "Active remediation actions"
  // Vulnerability management (read) was only seen as part of this one, which also reads Secure
  // Score.
  "microsoft.xdr/securityposture/posturemanagement/*/read", // [eam] "View data - Defender Vulnerability Management"
  "microsoft.xdr/securityposture/posturemanagement/applicationhandling/manage", // [eam] Application handling (manage)
  "microsoft.xdr/securityposture/posturemanagement/baselineassessmentprofiles/manage", // [eam] Security baselines assessment (manage)
  "microsoft.xdr/securityposture/posturemanagement/exceptionhandling/manage", // [eam] Exception handling (manage)
];

/** "Live response capabilities", basic and advanced; the advanced one is mapped to two. */
const liveResponse: readonly string[] = [
  "microsoft.xdr/secops/securitydata/filecollection/manage", // [eam] File collection (manage)
  "microsoft.xdr/secops/securitydata/liveresponse-advanced/manage", // [eam] Advanced live response (manage)
  "microsoft.xdr/secops/securitydata/liveresponse-basic/manage", // [eam] Basic live response (manage)
];

/**
 * What each tier may do by default, as Graph's `allowedResourceActions`. None: the tier gets no
 * role.
 */
export const tierPermissions: Readonly<Record<Tier, readonly string[]>> = {
  tier1,
  tier2: [...tier1, ...liveResponse],
  approvers: [],
};

/**
 * How an action of Defender's unified RBAC is written: `microsoft.xdr/<group>/…/read` or `/manage`,
 * `*` for any part between.
 */
const action = /^microsoft\.xdr(\/([a-z0-9-]+|\*))+\/(read|manage)$/;

/**
 * Whether a text is written as Defender's actions are. It says nothing of whether Defender has that
 * action.
 */
export function isDefenderAction(text: string): boolean {
  return action.test(text.toLowerCase());
}

/**
 * Actions as Defender keeps them, sorted: those that another one of them includes are dropped. `*`
 * stands for one part or more, and who may manage may read. Seen in public code that measured it
 * (KnudsenMorten/PIM4EntraPS, 2026-09-21); without this a role would never equal its settings.
 */
export function effectiveActions(actions: readonly string[]): string[] {
  const all = [...new Set(actions.map((one) => one.trim().toLowerCase()))];
  return all.filter((one) => !all.some((other) => other !== one && includes(other, one))).sort();
}

function includes(wide: string, narrow: string): boolean {
  const [verb, ...path] = wide.split("/").reverse();
  const [narrowVerb, ...narrowPath] = narrow.split("/").reverse();
  if (verb !== narrowVerb && !(verb === "manage" && narrowVerb === "read")) return false;
  const parts = path.reverse().map((part) => (part === "*" ? ".+" : part.replaceAll(".", "\\.")));
  return new RegExp(`^${parts.join("/")}$`).test(narrowPath.reverse().join("/"));
}
