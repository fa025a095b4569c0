/** What `mssp offboard` prints at its end. */
import path from "node:path";
import { paragraph, tableText, type TextCell } from "@defender-mssp/terminal/table";
import type { Certificate } from "./certificate";
import { headline, looksText } from "./headline";
import type { Staying } from "./verdict";

export function certificateText(certificate: Certificate, out: string, width?: number): string {
  const { tenantId, state, removed, removedParts, stays, left, toConfirm, notLooked, stack } = certificate;
  const options = { indent: 2, ...(width === undefined ? {} : { width }) };
  const counts = new Map<string, number>();
  for (const { what } of removed) counts.set(what, (counts.get(what) ?? 0) + 1);
  const parts = Object.values(removedParts).reduce((sum, count) => sum + count, 0);
  const rows = [...counts].map(([kind, count]): TextCell[] => [{ text: "✓", color: "green" }, kind, String(count)]);
  const listed = (mark: TextCell, list: readonly Staying[]): string =>
    list
      .map(({ what, why, step }) => `${tableText([[mark, `${what}: ${why}`]], options)}${stepText(step, width)}`)
      .join("");
  const part = (title: string, mark: TextCell, list: readonly Staying[]): string[] =>
    list.length === 0 ? [] : ["\n", paragraph(title, width), listed(mark, list)];
  const looks = looksText(certificate);
  return [
    paragraph(`${headline(certificate)}, tenant ${tenantId}.`, width),
    ...(looks === "" ? [] : [paragraph(looks, width)]),
    // What somebody has to do stands before what is done.
    ...part("Access left:", { text: "✗", color: "red" }, left),
    ...part("To confirm by hand:", { text: "!", color: "yellow" }, toConfirm),
    "\n",
    paragraph("Removed:", width),
    tableText([...rows, [{ text: "✓", color: "green" }, "parts of these objects", String(parts)]], options),
    ...part("Stays, and gives no access:", "–", stays),
    "\n",
    paragraph(
      `Not looked at: ${notLooked.map(({ what }) => what).join("; ")}. The certificate has where a person looks.`,
      width,
    ),
    "\n",
    paragraph(`For the customer: ${path.join(out, "certificate.html")}`, width),
    paragraph(
      state !== "accessLeft"
        ? `The stack keeps its history. When the folder ${out} is archived, \`npx pulumi stack rm ${stack}\` deletes the stack, its history and its settings file.`
        : "Run the same command again when the reasons above are gone.",
      width,
    ),
  ].join("");
}

/** A command is one line, whatever the terminal's width: it is pasted. */
function stepText(step: string, width: number | undefined): string {
  if (step === "") return "";
  return paragraph(step, /^az /.test(step) ? Infinity : width, 5);
}
