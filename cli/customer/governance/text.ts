/** Results of `mssp governance` for a terminal. Names in them come from tenants. */
import { terminalText } from "@defender-mssp/terminal/terminalText";
import { actorNames } from "../../access/actor";
import type { ActionResult } from "./run";
import type { GovernanceState } from "../../access/governance/state";

export function resultText({ result, found, waitsFor }: ActionResult): string {
  const lines = [
    ...(result === "unchanged" ? ["Nothing was to be changed."] : []),
    found,
    ...(waitsFor === undefined ? [] : [`Next: ${waitsFor}`]),
  ];
  return terminalText(`${lines.join("\n")}\n`);
}

export function stateText({ stack, found, actor, next, differences, grants }: GovernanceState): string {
  const lines = [
    `Governance relationship of stack ${stack}: ${found}`,
    ...(grants.length === 0 ? [] : ["It grants:", ...grants.map((one) => `- ${one}`)]),
    ...(differences.length === 0 ? [] : ["Compared with the settings:", ...differences.map((one) => `- ${one}`)]),
    ...(actor === undefined ? [] : [`Next, ${actorNames[actor]}: ${next}`]),
  ];
  return terminalText(`${lines.join("\n")}\n`);
}
