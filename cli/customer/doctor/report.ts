/** The report of `mssp doctor` for people. */
import { countsSentence, markOf } from "@defender-mssp/terminal/checkState";
import { paragraph, tableText } from "@defender-mssp/terminal/table";
import { featureNames, type Report } from "../../access/examination/report";
import { notCompared } from "../../findings/facts";
import { findings } from "../../findings/findings";
import { endingRows } from "@defender-mssp/siem/retirements/endingRows";

const tenantHeading = "Tenant licences and policies";

/** The report for people, a table for each API and one for the tenant. */
export function reportText(report: Report, now: Date): string {
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
    ...conclusion(report, now).map((text) => paragraph(text)),
  ].join("");
}

/** What needs somebody now, in the words of every other command. */
function conclusion(report: Report, now: Date): string[] {
  const { stack, state, permissions, features, conditionalAccess, retirements } = report;
  const found = findings({ stack, now, days: 0, drift: notCompared, examination: report, retirements });
  const open = found.filter(({ urgency }) => urgency === "now");
  const states = [...permissions, ...features, ...conditionalAccess].map((check) => check.state);
  const counts = countsSentence([
    ...states,
    ...open.flatMap(({ topic }) => (topic === "ended" ? ("failed" as const) : [])),
  ]);
  if (state === "passed") {
    const unseen = states.includes("notChecked") ? " Items marked – could not be checked." : "";
    const near = found.length === 0 ? "" : ` Warnings of what ends: ${found.length}, marked !.`;
    return [`No missing permissions, licences or policies found.${unseen}${near}`, counts];
  }
  const needed = [...permissions, ...features.filter(({ optional = false }) => !optional)];
  const wouldFail = needed.some((check) => check.state === "failed");
  return [
    ...(wouldFail ? ["`pulumi up` would fail."] : []),
    ...open.map(({ text, next }) => `${text}: ${next}`),
    counts,
  ];
}
