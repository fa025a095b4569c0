/** What `mssp offboard` prints at its end. */
import path from "node:path";
import { paragraph, tableText, type TextCell } from "@defender-mssp/terminal/table";
import type { Certificate, Staying } from "./certificate";

export function certificateText(certificate: Certificate, out: string, width?: number): string {
  const { customerName, msspName, tenantId, state, removed, removedParts, stays, left, governance, stack } =
    certificate;
  const options = { indent: 2, ...(width === undefined ? {} : { width }) };
  const isComplete = state === "complete";
  const counts = new Map<string, number>();
  for (const { kind } of removed) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const parts = Object.values(removedParts).reduce((sum, count) => sum + count, 0);
  const rows = [...counts].map(([kind, count]): TextCell[] => [{ text: "✓", color: "green" }, kind, String(count)]);
  const listed = (mark: TextCell, list: readonly Staying[]): string =>
    list.map(({ what, why }) => tableText([[mark, `${what}: ${why}`]], options)).join("");
  return [
    paragraph(
      `${isComplete ? "Nothing is left of" : "Something is left of, or not checked for,"} ${msspName} in ${customerName}, tenant ${tenantId}.`,
      width,
    ),
    "\n",
    paragraph("Removed:", width),
    tableText([...rows, [{ text: "✓", color: "green" }, "parts of these objects", String(parts)]], options),
    "\n",
    paragraph(`Governance relationship: ${governance.found}.`, width),
    ...(left.length === 0
      ? []
      : ["\n", paragraph("Left or not checked:", width), listed({ text: "✗", color: "red" }, left)]),
    "\n",
    paragraph("Stays:", width),
    listed("–", stays),
    "\n",
    paragraph(`For the customer: ${path.join(out, "certificate.html")}`, width),
    paragraph(
      isComplete
        ? `The stack keeps its history. When the folder ${out} is archived, \`npx pulumi stack rm ${stack}\` deletes the stack, its history and its settings file.`
        : "Run the same command again when the reasons above are gone.",
      width,
    ),
  ].join("");
}
