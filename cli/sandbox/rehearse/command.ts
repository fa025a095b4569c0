/** `mssp rehearse`: asks a tenant what the sandbox would answer, and writes down what differs. */
import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { Command } from "commander";
import { clockFrom, dateOf, visible, VisibleError } from "@defender-mssp/microsoft";
import type { Rehearsal } from "@defender-mssp/sandbox";
import { describeCommand } from "@defender-mssp/terminal/help";
import type { Session } from "@defender-mssp/terminal/session";
import { checkWritable, writeWholeFile } from "@defender-mssp/terminal/wholeFile";
import { readStackSettings } from "../../../settings/fromFile";
import { ownVersion } from "../../base/ownPackage";
import { placeOf } from "../../base/place";
import { stackArgument } from "../../stack/stackName";
import { tenantEndpoints } from "../../tenant/tenantEndpoints";
import { sandboxPackage } from "../sandbox/packages";
import { rehearsalText } from "./rehearsalText";

interface RehearseOptions {
  readonly stack: string;
  readonly out: string;
}

/** Adds arguments, options and action. */
export function define(command: Command, session: Session): void {
  command
    .requiredOption("--stack <stack>", "the stack, whose settings are in Pulumi.<stack>.yaml", stackArgument)
    .option("--read-only", "send only requests that change nothing; the default, and all that there is")
    .option("--out <file>", "the file that is written", "rehearsal/rehearsal.json")
    .action((options: RehearseOptions) => rehearse(options, session));
  describeCommand(command, {
    notes: [
      "For the first day with a test tenant. Nobody has run it against Microsoft's cloud yet.",
      "The file has routes, paths of properties and their types: no identifier, name, address or text of the tenant. Read it " +
        "before you send it to somebody, who prints it with `npx mssp sandbox parity`.",
    ],
    reads:
      "The stack's settings, and with the identity in the environment (ARM_…: the automation, or the one of previews) every " +
      "list that the sandbox emulates and up to three of its objects, five rows of AlertInfo, and Azure's subscriptions.",
    changes:
      "Nothing in the tenant: its logs have the sign-ins and, where it collects them, the requests. Writes the file.",
    exitCodes: {
      0: "the file is written, whether answers differ or not",
      1: "the identity can't sign in, the tenant can't be reached, or the file can't be written",
    },
    examples: [
      "npx mssp rehearse --stack contoso",
      "npx mssp sandbox parity rehearsal/rehearsal.json",
      "npx mssp sandbox run -- npx mssp rehearse --stack dev",
    ],
  });
}

async function rehearse({ stack, out }: RehearseOptions, session: Session): Promise<void> {
  const { environment, folder } = session;
  const { parseRehearsal, rehearseReads, signInToRehearse, startRehearsalSandbox } = sandboxPackage();
  const settings = await readStackSettings(stack, placeOf(session));
  const file = path.resolve(folder, out);
  await mkdir(path.dirname(file), { recursive: true });
  await checkWritable(file);
  const say = (step: string) => session.err.note(step);
  const { tenantId } = settings;
  say(
    `A rehearsal signs in to the tenant ${tenantId} and reads. It sends GETs, one hunting query and one batch of GETs, and ` +
      "changes nothing. The tenant's logs keep the sign-ins.",
  );
  const compared = await visible("The rehearsal", async () => {
    const endpoints = await tenantEndpoints(settings, environment);
    say("Sign-in to the tenant.");
    const service = await signInToRehearse({ tenantId, environment, endpoints });
    say("Start of a sandbox in this process, with the same licence of Entra ID and the same permissions.");
    const sandbox = await startRehearsalSandbox(service);
    const ending = new AbortController();
    const stop = () =>
      ending.abort(new VisibleError("It was stopped: the tenant is as it was, and no file is written."));
    for (const name of ["SIGINT", "SIGTERM"] as const) session.signals.once(name, stop);
    try {
      return await rehearseReads(service, sandbox, say, ending.signal);
    } finally {
      for (const name of ["SIGINT", "SIGTERM"] as const) session.signals.off(name, stop);
      await sandbox.stop();
    }
  });
  const now = clockFrom(environment)();
  const head = { msspRehearsal: 1, version: ownVersion(), on: dateOf(now), cloud: settings.cloud } as const;
  const rehearsal: Rehearsal = { ...head, ...compared };
  const text = `${JSON.stringify(rehearsal, undefined, 2)}\n`;
  // The file's own reader refuses what has no place in it.
  const shown = rehearsalText(parseRehearsal(text));
  await writeWholeFile(file, text);
  session.out.write(`${shown}\nWritten: ${out}. Read it before you send it.\n`);
}
