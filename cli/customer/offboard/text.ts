/** What `mssp offboard` prints at its end. */
import path from "node:path";
import { alertReaderText } from "@defender-mssp/tenant";
import { paragraph, tableText, type TextCell } from "@defender-mssp/terminal/table";
import { visibleText } from "@defender-mssp/terminal/terminalText";
import { stayingAccess } from "../../../domain/stayingAccess";
import { counted } from "../../base/counted";
import { shellWord } from "../../base/shellWord";
import type { Certificate } from "./certificate";
import { headline, looksText } from "./headline";
import { keptByEntra, type Staying } from "./verdict";

/** @param showsAll lists each object that can be restored, with the command that deletes it for good */
export function certificateText(certificate: Certificate, out: string, width?: number, showsAll = false): string {
  const { tenantId, state, removed, removedParts, stays, left, toConfirm, notLooked, stack, evidence } = certificate;
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
  const restorable = stays.filter(({ why }) => why.startsWith(keptByEntra));
  const others = stays.filter((staying) => !restorable.includes(staying));
  const restorableSentence = restorable.slice(0, 1).map(() => ({
    what: counted(restorable.length, "deleted object"),
    why: stayingAccess.restorable.replace(/\.$/, ""),
    step: "--details lists them, with the command that deletes each for good.",
  }));
  const consent = toConfirm.find(({ kinds }) => kinds?.includes("automationConsent"));
  const consentText =
    (consent?.readsOnly === true
      ? "When the customer has deleted this application, too, this finishes the certificate, as Entra then refuses its sign-in: "
      : "When the customer has deleted the automation's application, look as an identity that only reads (the application for previews in " +
        "ARM_CLIENT_ID), or as a person of the customer: ") +
    `npx mssp offboard --stack ${shellWord(stack)} --prove again --yes`;
  return [
    paragraph(`${headline(certificate)}, tenant ${tenantId}.`, width),
    ...(looks === "" ? [] : [paragraph(looks, width)]),
    // What somebody has to do stands before what is done.
    ...part("Access left:", { text: "✗", color: "red" }, left),
    ...part("To confirm by hand:", { text: "!", color: "yellow" }, toConfirm),
    ...customerPart(certificate, width),
    ...readersPart(certificate, width),
    "\n",
    paragraph(`Removed: ${counted(removed.length, "object")}, and ${parts} of their parts.`, width),
    tableText(rows, options),
    ...part("Stays, and gives no access:", "–", [...(showsAll ? restorable : restorableSentence), ...others]),
    "\n",
    paragraph("Not looked at (the certificate has where a person looks):", width),
    tableText(
      // What the logs lack, no look at what the MSSP made can show.
      [...notLooked.map(({ what }) => what), ...(evidence?.gaps ?? [])].map((what) => ["–", what]),
      options,
    ),
    "\n",
    paragraph(`For the customer: ${path.join(out, "certificate.html")}`, width),
    ...(consent === undefined ? [] : [paragraph(consentText, width)]),
    paragraph(
      state !== "accessLeft"
        ? `The stack keeps its history. When the folder ${out} is archived, \`npx pulumi stack rm ${stack}\` deletes the stack, its history and its settings file.`
        : "Run the same command again when the reasons above are gone.",
      width,
    ),
  ].join("");
}

function customerPart({ customerPage: page }: Certificate, width: number | undefined): string[] {
  if (page === undefined) return [];
  const { file, state, namedIn, why = "" } = page;
  const said = state === "proven" ? "Proven by the customer" : `The customer's own page says: ${state ?? ""}`;
  const text =
    namedIn === undefined
      ? `A page that is said to be the customer's (${file}): ${why}.`
      : `${said} (${file}), by the key of the hand-out of ${namedIn.signedOn.slice(0, 10)}.`;
  return ["\n", paragraph(visibleText(text), width)];
}

/** A question to the customer. */
function readersPart({ alertReaders, msspName }: Certificate, width: number | undefined): string[] {
  if (alertReaders.length === 0) return [];
  const rows = alertReaders.map((reader): TextCell[] => [
    reader.isNotOurs ? "–" : { text: "?", color: "yellow" },
    `${alertReaderText(reader)}${reader.isNotOurs ? `; ${msspName} states that it is not its own` : ""}`,
  ]);
  const title = `For the customer: is one of these ${msspName}'s? Nothing tells whose it is (--not-ours <application ID...> states that it is not ours):`;
  return ["\n", paragraph(title, width), tableText(rows, { indent: 2, ...(width === undefined ? {} : { width }) })];
}

/** A command is one line, whatever the terminal's width: it is pasted. */
function stepText(step: string, width: number | undefined): string {
  if (step === "") return "";
  return paragraph(step, /^az /.test(step) ? Infinity : width, 5);
}
