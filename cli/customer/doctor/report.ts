/** The report of `mssp doctor` for people. */
import { countsSentence, markOf } from "@defender-mssp/terminal/checkState";
import { paragraph, tableText } from "@defender-mssp/terminal/table";
import { endingStates, endingText } from "@defender-mssp/microsoft";
import type { FeatureName, Report } from "../../access/examination/report";
import { endingRows } from "@defender-mssp/siem/retirements/endingRows";

const featureNames: Readonly<Record<FeatureName, string>> = {
  customerDomain: "customer's domain",
  roleAssignableGroups: "role-assignable groups",
  entitlementManagement: "entitlement management",
  governanceRelationship: "governance relationship (P1)",
  justInTime: "just-in-time access (PIM for Groups)",
  invitations: "guest invitations",
  clientSecrets: "client secret lifetime",
  connectorRoles: "connector's application roles",
  connectorProfile: "connector's profile",
  premiumSettings: "cross-tenant trust and Conditional Access (Entra ID P1)",
  conditionalAccess: "Conditional Access policies read",
  sentinelAccess: "roles on the Microsoft Sentinel workspace",
  offboardingProof: "governance and GDAP relationships, for the proof of an off-boarding",
};

const tenantHeading = "Tenant licences and policies";

/** The report for people, a table for each API and one for the tenant. */
export function reportText(report: Report): string {
  const { name, kind, clientId, objectId } = report.identity;
  const apis = [...new Set(report.permissions.map(({ api }) => api))];
  const tables = [
    ...apis.map((api) => {
      const ofApi = report.permissions.filter((one) => one.api === api);
      return {
        heading: api,
        rows: ofApi.map(({ state, permission, purpose }) => [markOf(state), permission, purpose]),
      };
    }),
    {
      heading: tenantHeading,
      rows: report.features.map(({ state, feature, reason }) => [markOf(state), featureNames[feature], reason ?? ""]),
    },
    {
      heading: "Conditional Access policies that concern the MSSP's people in the Defender portal",
      rows: report.conditionalAccess.map(({ state, policy, reason }) => [markOf(state), policy, reason]),
    },
    { heading: "What ends, and when", rows: endingRows(report.retirements) },
  ];
  return [
    paragraph(`Stack ${report.stack}: ${report.customerName}, tenant ${report.tenantId}`),
    paragraph(`Signed in as the ${kind} ${name ?? objectId}, client ID ${clientId}`),
    ...tables
      .filter(({ rows }) => rows.length > 0)
      .map(({ heading, rows }) => `\n${paragraph(heading)}${tableText(rows, { indent: 2 })}`),
    "\n",
    ...report.notes.map((note) => `${paragraph(note)}\n`),
    ...conclusion(report).map((text) => paragraph(text)),
  ].join("");
}

function conclusion(report: Report): string[] {
  const { state, permissions, features, conditionalAccess, adminConsentUrl, identity, retirements } = report;
  const all = [...permissions, ...features, ...conditionalAccess];
  const over = retirements.filter(({ level }) => level === "over");
  const counts = countsSentence([...all.map((one) => one.state), ...over.map(() => "failed" as const)]);
  const missing = permissions.filter((one) => one.state === "failed");
  const isOpen = all.some((one) => one.state === "notChecked");
  const blocking = conditionalAccess.filter((one) => one.state === "failed");
  const wouldFail = [...permissions, ...features].some((one) => one.state === "failed");
  if (state === "passed") {
    const open = isOpen ? " Items marked – could not be checked." : "";
    const near = retirements.filter(({ level }) => endingStates[level] === "warning").length;
    const ends = near === 0 ? "" : ` Warnings of what ends: ${near}, marked !.`;
    return [`No missing permissions, licences or policies found.${open}${ends}`, counts];
  }
  return [
    ...(wouldFail ? ["`pulumi up` would fail."] : []),
    ...blocking.map(({ policy, reason }) => `Analysts could not open the Defender portal: "${policy}": ${reason}`),
    ...(missing.length > 0 && identity.kind === "application"
      ? [
          `Add to the application's API permissions: ${missing.map(({ api, permission }) => `${api} ${permission}`).join(", ")}`,
          `Then an administrator of the customer consents here:\n${adminConsentUrl}`,
        ]
      : []),
    ...(missing.length > 0 && identity.kind === "user"
      ? missing.map(
          ({ permission, directoryRoles }) =>
            `${permission}: the user needs the directory role ${directoryRoles.join(" or ")}`,
        )
      : []),
    ...features.flatMap((one) => (one.state === "failed" ? [`${featureNames[one.feature]}: ${one.reason}`] : [])),
    ...over.map(endingText),
    counts,
  ];
}
