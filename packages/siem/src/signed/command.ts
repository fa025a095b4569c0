/** `evidence verify`: whether signed steps are as they were signed. Needs no network, and nothing of the MSSP. */
import { readFile } from "node:fs/promises";
import { InvalidArgumentError, type Command } from "commander";
import { unreadableFile } from "@defender-mssp/errors";
import { exitCodes } from "@defender-mssp/terminal/exitCodes";
import { describeCommand } from "@defender-mssp/terminal/help";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import type { Session } from "@defender-mssp/terminal/session";
import { paragraph, tableText } from "@defender-mssp/terminal/table";
import { visibleText } from "@defender-mssp/terminal/terminalText";
import { connectionFiles } from "../connector/connectionFiles";
import type { FolderVerification } from "./verifyFolder";

/** Adds the subcommand to `evidence`. */
export function define(evidence: Command, session: Session, program = connectionFiles.program): void {
  const command = evidence
    .command("verify")
    .description("Verify signed pages and their order, offline: hand-outs, evidence, months, certificates.")
    .argument("<folder>", "a folder with the signed steps of a customer, and the files that they name")
    .option("--key <file>", "the MSSP's public key, PEM, which you have from elsewhere")
    .option("--anchor <digest>", "the digest of a step, which you hold since it was signed", digest)
    .option("--json", "print the result as JSON")
    .action((folder: string, options: VerifyOptions) => run(folder, options, session));
  describeCommand(command, {
    notes: [
      "Refuses a changed byte, a missing, repeated or reordered step, a fork, another signer or payload type, a missing signature, links, names " +
        "of files outside of the folder, and envelopes above 10 MB. It says which.",
      "The page of the MSSP's `npx mssp docs signed` has what a signature proves, and how to verify without this product.",
    ],
    reads: "The files below the folder. It follows no link, and opens nothing outside of it.",
    changes: "Nothing.",
    exitCodes: {
      0: "nothing changed since it was signed; --key signed it, and --anchor is among the steps",
      1: "refused: something changed, is missing, or is signed by somebody else",
      3: "nothing changed since it was signed; without --key or --anchor",
    },
    examples: [`${program} evidence verify contoso --key mssp.pub.pem`],
  });
}

interface VerifyOptions {
  readonly key?: string;
  readonly anchor?: string;
  readonly json?: boolean;
}

function digest(text: string): string {
  if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError("A digest has 64 hexadecimal digits.");
}

async function run(folder: string, { key: file, anchor, json }: VerifyOptions, session: Session): Promise<void> {
  const { verifyFolder } = await import("./verifyFolder.js");
  const { signatureKey } = await import("./openEnvelope.js");
  const read = async (place: string) => {
    const pem = await readFile(place, "utf8").catch((error: unknown) => Promise.reject(unreadableFile(place, error)));
    return signatureKey(pem, place);
  };
  const key = file === undefined ? undefined : await read(file);
  const result = await verifyFolder(folder, { key, anchor });
  const unproven = [
    ...(key === undefined ? ["Without --key: only the steps themselves name their signer."] : []),
    ...(result.chains.every(({ isAnchored }) => isAnchored) ? [] : [rewritable]),
  ];
  if (json === true) writeJson(session.out, "evidence verify", { ...result, unproven });
  else session.out.write(verificationText(result, unproven));
  if (result.problems.length > 0) session.exitCode = exitCodes.failed;
  else if (unproven.length > 0) session.exitCode = exitCodes.somebodyNeeded;
}

const rewritable =
  "Without the digest of a step that you hold (--anchor): the steps could have been rewritten by the holder of the key.";

function verificationText({ chains, problems, unsigned }: FolderVerification, unproven: readonly string[]): string {
  const chainTexts = chains.map(({ customer, steps }) => {
    const rows = steps.map(({ step, kind, signedOn, file }) => [String(step), kind, signedOn, file].map(visibleText));
    const { keyId = "", digest: head = "" } = steps.at(-1) ?? {};
    const title = paragraph(visibleText(`${customer.name}, tenant ${customer.tenantId}:`));
    return `${title}${tableText(rows, { indent: 2 })}Last key:    ${visibleText(keyId)}\nLast digest: ${head}\n\n`;
  });
  const rows = problems.map((text) => [{ text: "✗", color: "red" as const }, visibleText(text)]);
  const verdict =
    rows.length > 0
      ? `Refused:\n${tableText(rows, { indent: 2 })}`
      : ["Nothing changed since it was signed, and the order is as signed.", ...unproven].map((text) =>
          paragraph(text),
        );
  const others = unsigned.length === 0 ? "" : paragraph(`Not signed: ${unsigned.map(visibleText).join(", ")}`);
  return [...chainTexts, others, verdict].flat().join("");
}
