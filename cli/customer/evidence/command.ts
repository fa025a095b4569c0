/** `mssp evidence`: what the MSSP did in a customer's tenant, as a folder with hashes. */
import { lastSegment } from "@defender-mssp/microsoft";
import type { Command } from "commander";
import { describeCommand } from "@defender-mssp/terminal/help";
import type { Session } from "@defender-mssp/terminal/session";
import { exitCodes } from "@defender-mssp/terminal/exitCodes";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import { checkNewFolder } from "@defender-mssp/terminal/wholeFolder";
import { define as defineVerify } from "@defender-mssp/siem/signed/command";
import { signWithOption } from "../../access/signed/signWithOption";
import { givenFile } from "../../base/givenFile";
import { placeOf } from "../../base/place";
import { wholeNumber } from "@defender-mssp/terminal/wholeNumber";
import { stackArgument } from "../../stack/stackName";

interface EvidenceOptions {
  readonly stack?: string;
  readonly signWith?: string;
  readonly nextKey?: string;
  readonly days?: number;
  readonly since?: string;
  readonly until?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** Entra keeps its logs for at most so many days. */
const defaultDays = 30;

export function define(command: Command, session: Session): void {
  defineVerify(command.enablePositionalOptions(), session, "npx mssp");
  command
    .option("--stack <stack>", "the customer's stack", stackArgument)
    .option("--days <days>", `length of the period before now (default: ${defaultDays})`, wholeNumber({ most: 9999 }))
    .option("--since <date>", "first day (UTC), such as 2026-11-01, or a moment such as 2026-11-01T08:00:00Z")
    .option("--until <date>", "last day, included, or a moment, excluded (default: now)")
    .option("--out <folder>", "a folder that does not exist or is empty (default: evidence-<stack>-<since>-<until>)")
    .addOption(signWithOption())
    .option("--next-key <file>", "with --sign-with: the public key, PEM, that signs from the next step on")
    .option("--json", "print the numbers, the gaps and the manifest's hash as JSON")
    .action(async (options: EvidenceOptions) => {
      if (options.days !== undefined && options.since !== undefined)
        command.error("error: use either --days or --since");
      if (options.until !== undefined && options.since === undefined) command.error("error: --until requires --since");
      if (options.nextKey !== undefined && options.signWith === undefined)
        command.error("error: --next-key requires --sign-with");
      if (options.stack === undefined) command.error("error: required option '--stack <stack>' not specified");
      const gaps = await run(options.stack, options, session);
      if (gaps > 0) session.exitCode = exitCodes.somebodyNeeded;
    });
  describeCommand(command, {
    notes: [
      "Whose actions: the stack's guests, holders of its access packages, its application, the MSSP's application that " +
        "runs `up`, other applications of the MSSP's tenant, and those with the stack's mark that were deleted in the " +
        "last 30 days. People of a governing tenant and of Azure Lighthouse can't be asked for: a gap names them.",
      "Entra keeps its logs for 7 days, or 30 with Microsoft Entra ID P1. Without P1 Graph shows no sign-ins. The " +
        "manifest and the page say what is missing. Actions in the Defender portal are not in these logs.",
      "Requires AuditLog.Read.All; for sign-ins also Directory.Read.All and Microsoft Entra ID P1. A log that was not " +
        'read is "not read", never "0".',
    ],
    reads:
      "The stack's settings, state and history; in the customer's tenant the directory audit log (v1.0), the interactive " +
      "sign-ins of users (v1.0), the other sign-ins (beta), the service principals, the deleted items and the licences.",
    changes: "Nothing in the tenant. It writes the folder, whole or not at all; only you may read it.",
    exitCodes: {
      0: "written, and nothing of the period is missing in the logs that were asked",
      3: "written, with gaps: a licence, a permission, the retention, people that no log names, or an incomplete answer",
    },
    examples: [
      "npx mssp evidence --stack contoso",
      "npx mssp evidence --stack contoso --since 2026-11-01 --until 2026-11-30 --json",
    ],
  });
}

async function run(stack: string, options: EvidenceOptions, session: Session): Promise<number> {
  const { since: from, until: to, out, json, signWith, nextKey: keyFile } = options;
  const { lastDays, periodOf } = await import("../../access/evidence/period.js");
  const now = session.now();
  const period =
    from === undefined ? lastDays(options.days ?? defaultDays, now) : periodOf(from, to ?? now.toISOString(), now);
  const day = (moment: string | Date): string =>
    (typeof moment === "string" ? moment : moment.toISOString()).slice(0, 10);
  const folder = out ?? `evidence-${lastSegment(stack)}-${day(from ?? period.from)}-${day(to ?? period.until)}`;
  await checkNewFolder(folder);
  const { collectEvidence } = await import("../../access/evidence/evidence.js");
  const { writeEvidence } = await import("../../access/evidence/write.js");
  const { evidenceSummary, evidenceText } = await import("./text.js");
  const { beginStep } = await import("../../access/signed/nextStep.js");
  const { readStackSettings } = await import("../../../settings/fromFile.js");
  const place = placeOf(session);
  const nextKey = keyFile === undefined ? undefined : await givenFile(keyFile, session.folder);
  const settings = await readStackSettings(stack, place);
  // A wrong key is said before minutes of collecting.
  const step = await beginStep({ ...place, stack, settings, now, signWith, nextKey });
  const evidence = await collectEvidence({ stack, period, now, ...place });
  const written = await writeEvidence(evidence, folder, step);
  if (json === true) writeJson(session.out, "evidence", evidenceSummary(evidence, written));
  else session.out.write(evidenceText(evidence, written));
  return evidence.gaps.length;
}
