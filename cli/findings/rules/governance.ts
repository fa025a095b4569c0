import { policyDifferences } from "@defender-mssp/microsoft";
import { governancePolicy } from "../../../settings/governance";
import { endStep, relationshipText } from "../../access/governance/look";
import { governanceFound } from "../../access/report/governance";
import { finding, type Finding } from "../finding";
import type { Facts } from "../facts";

/** What of the governance relationship needs somebody. */
export function governance({ stack, settings, live }: Facts): Finding[] {
  if (settings === undefined) return [];
  const look = live?.governance;
  const relation = governanceFound(settings, look);
  if (relation === undefined) return [];
  const status = `npx mssp governance status --stack ${stack}`;
  if (look?.state !== "grants") {
    if (relation.state === "notChecked") {
      const text = `Whether the governance relationship is active is not known: ${relation.found}`;
      return [finding("notChecked", "unread", { key: "governance", text, next: status })];
    }
    const text = "No governance relationship is active: the groups of portalAccess have no roles in the tenant";
    return [finding("drift", "now", { key: "governance", text, next: `${status} names the next step` })];
  }
  const { relationship } = look;
  const sentence = relationshipText(relationship);
  const text = `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`;
  const policy = governancePolicy(settings);
  const ended = { key: "governance", next: endStep(stack) };
  if (policy === undefined)
    return [finding("drift", "now", { ...ended, text: `${text}, and the settings ask for none` })];
  if (relationship.status !== "active") return [finding("ends", "soon", { ...ended, text })];
  return policyDifferences(policy, relationship.policy).map((difference) =>
    finding("drift", "now", {
      key: `governance ${difference}`,
      text: `The governance relationship differs from the settings: ${difference}`,
      next: `npx mssp governance request --stack ${stack}`,
    }),
  );
}
