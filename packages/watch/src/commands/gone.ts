/** `gone`: the customer's own proof after an off-boarding. */
import path from "node:path";
import type { Command } from "commander";
import { describeCommand } from "@defender-mssp/terminal/help";
import { exitCodes } from "@defender-mssp/terminal/exitCodes";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import type { Session } from "@defender-mssp/terminal/session";
import { writeWholeFile } from "@defender-mssp/terminal/wholeFile";
import { addLookOptions, openLook, type LookOptions } from "../access/openLook";
import { addPageOptions, type ResultOptions } from "../page/pageOptions";

interface GoneOptions extends LookOptions, ResultOptions {
  readonly since?: string;
  readonly notTheirs?: readonly string[];
  readonly signWith?: string;
  readonly signed: string;
}

export function define(command: Command, session: Session): void {
  addPageOptions(addLookOptions(command))
    .option("--since <day>", "the day of the removal (default: the last look that is remembered)")
    .option("--not-theirs <name...>", "tenants, domains and application IDs that are not the MSSP's")
    .option("--sign-with <file>", "a private key of yours, PEM: signs the result")
    .option("--signed <file>", "the signed result", "gone.dsse.json")
    .action(async (options: GoneOptions) => run(options, session));
  describeCommand(command, {
    notes: [
      "proven: no way that can be looked at is left, nobody of the MSSP signed in since the removal, and nothing that it made is there. Every other tenant with a way in needs your answer.",
    ],
    reads: "What `since` reads, as far back as the logs are kept.",
    changes: "Nothing in your tenant. It writes the files that you name.",
    exitCodes: { 0: "proven", 1: "access is left", 3: "something is for you to confirm" },
    examples: [
      "node mssp-watch.mjs gone --mssp fabrikam-security.example --since 2026-12-01 --not-theirs adatum.example",
    ],
  });
}

async function run(options: GoneOptions, session: Session): Promise<void> {
  const opened = await openLook(options, session);
  const { takeSince } = await import("../since/takeSince.js");
  const { judgeGone } = await import("../gone/judgeGone.js");
  const { gonePage, goneText } = await import("../page/gonePage.js");
  const { readMemory } = await import("../access/memory.js");
  const { tenant, customer, handOut, notes } = opened;
  const file = path.resolve(session.folder, options.memory);
  const { owner } = tenant;
  const before = await readMemory(file, owner.tenantId, [owner.msspTenantId, ...(owner.furtherMsspTenantIds ?? [])]);
  const since = options.since ?? before.lookedOn;
  const result = await takeSince(opened, { file, now: session.now(), day: since, isWhole: true });
  const notTheirs = new Set((options.notTheirs ?? []).map((name) => name.toLowerCase()));
  const limits = customer.isAzureCli ? ["`az login` may not read all of it: use an application of your own"] : [];
  const gone = await judgeGone(tenant, { result, notTheirs, limits, since });
  const says = {
    ...gone,
    tenantId: owner.tenantId,
    look: result.look,
    since: result.since,
    notTheirs: [...notTheirs],
    notes,
  };
  if (options.signWith !== undefined) {
    const { signedGone } = await import("../gone/signedGone.js");
    const text = await signedGone(says, path.resolve(session.folder, options.signWith), {
      handOut,
      now: session.now(),
    });
    await writeWholeFile(path.resolve(session.folder, options.signed), text, { mode: 0o600 });
  }
  if (options.page !== undefined)
    await writeWholeFile(path.resolve(session.folder, options.page), gonePage(gone, result, opened, options.language), {
      mode: 0o600,
    });
  if (options.json === true) writeJson(session.out, "watch gone", says);
  else session.out.write(goneText(gone, result, notes));
  session.exitCode = { proven: exitCodes.done, toConfirm: exitCodes.somebodyNeeded, accessLeft: exitCodes.failed }[
    gone.state
  ];
}
