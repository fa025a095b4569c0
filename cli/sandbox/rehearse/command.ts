/** `mssp rehearse`: asks a tenant what the sandbox would answer, and writes down what differs. */
import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { Option, type Command } from "commander";
import { clockFrom, dateOf, visible, VisibleError } from "@defender-mssp/microsoft";
import { unreadableFile } from "@defender-mssp/errors";
import type { Rehearsal } from "@defender-mssp/sandbox";
import { describeCommand } from "@defender-mssp/terminal/help";
import type { Session } from "@defender-mssp/terminal/session";
import { checkWritable, writeWholeFile } from "@defender-mssp/terminal/wholeFile";
import { wholeNumber } from "@defender-mssp/terminal/wholeNumber";
import { readStackSettings } from "../../../settings/fromFile";
import { exists } from "../../base/exists";
import { givenFile } from "../../base/givenFile";
import { ownVersion } from "../../base/ownPackage";
import { placeOf } from "../../base/place";
import { stackArgument } from "../../stack/stackName";
import { tenantEndpoints } from "../../tenant/tenantEndpoints";
import { sandboxPackage } from "../sandbox/packages";
import type { LifeRun } from "./live";
import { lifeText, rehearsalText } from "./rehearsalText";

interface RehearseOptions extends Omit<LifeRun, "settings" | "folder" | "session" | "guest"> {
  readonly out: string;
  readonly life?: boolean;
  readonly guest?: readonly string[];
}

export function define(command: Command, session: Session): void {
  command
    .option("--stack <stack>", "the stack, whose settings are in Pulumi.<stack>.yaml", stackArgument)
    .option(
      "--life",
      "afterwards: deploy the stack, verify, change, repair and remove it, and measure what the service needs",
    )
    .option("--guest <address>", "with --life: who may get mail, of all that the settings name; repeatable", addresses)
    .option("--tenant-domain <domain>", "with --life: a verified domain of the tenant (default: asked for)")
    .option("--max-users <number>", "with --life: refuse a tenant with more users", wholeNumber({ most: 998 }), 50)
    .option("--out <file>", "the file that is written; --life adds to it", "rehearsal/rehearsal.json")
    .addOption(
      new Option("--show <file>", "print such a file, of whatever origin, and do nothing else").conflicts([
        "stack",
        "life",
      ]),
    )
    .action(({ show: file, stack, ...others }: Omit<RehearseOptions, "stack"> & { stack?: string; show?: string }) => {
      if (file !== undefined) return show(file, session);
      if (stack === undefined) return command.error("error: required option '--stack <stack>' not specified");
      const options = { ...others, stack };
      return options.life === true ? live(options, session) : rehearse(options, session);
    });
  describeCommand(command, {
    notes: [
      "For the first day with a test tenant. Nobody has run it against Microsoft's cloud yet.",
      "The file has routes, paths of properties and their types: no identifier, name, address or text of the tenant. Read it " +
        "before you send it to somebody, who prints it with `npx mssp rehearse --show`.",
      "--show refuses a file that this command can't have written, and shows none of it then.",
      "--life needs rehearsal: true in the settings, an empty stack, and a tenant with few users and without a stack's objects. It says each step " +
        "before it. After an interruption the same command says what is left, and offers to remove it.",
    ],
    reads:
      "The stack's settings, and with the identity in the environment (ARM_…: the automation, or the one of previews) every " +
      "list that the sandbox emulates and up to three of its objects, five rows of AlertInfo, and Azure's subscriptions.",
    changes:
      "Writes the file. Nothing in the tenant without --life: its logs have the sign-ins and, where it collects them, the requests.",
    exitCodes: {
      0: "the file is written, whether answers differ or not; with --life: nothing is left",
      1: "the identity can't sign in, the tenant can't be reached, or the file can't be written; with --life: a step failed",
    },
    examples: [
      "npx mssp rehearse --stack contoso",
      "npx mssp rehearse --stack contoso --life --guest ana@mssp.example",
      "npx mssp rehearse --show rehearsal/rehearsal.json",
      "npx mssp sandbox run -- npx mssp rehearse --stack dev",
    ],
  });
}

function addresses(address: string, before: readonly string[] = []): readonly string[] {
  return [...before, address];
}

/** Prints a rehearsal that another person has sent. */
async function show(file: string, { folder, out }: Session): Promise<void> {
  const { largestRehearsal, parseRehearsal } = sandboxPackage();
  const status = await stat(path.resolve(folder, file)).catch((error: unknown) => {
    throw unreadableFile(file, error);
  });
  if (!status.isFile() || status.size > largestRehearsal)
    throw new VisibleError(`${file} is no file of at most ${largestRehearsal} bytes, as a rehearsal is.`);
  out.write(rehearsalText(parseRehearsal(await givenFile(file, folder), file)));
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

/** A life adds to the file of the same version: whoever begins one has seen what reading shows. */
async function live({ out, guest = [], ...options }: RehearseOptions, session: Session): Promise<void> {
  const { folder } = session;
  const { parseRehearsal } = sandboxPackage();
  const settings = await readStackSettings(options.stack, placeOf(session));
  const file = path.resolve(folder, out);
  const rehearsal = (await exists(file)) ? parseRehearsal(await givenFile(out, folder), out) : undefined;
  if (rehearsal?.version !== ownVersion() || rehearsal.cloud !== settings.cloud)
    throw new VisibleError(`Nothing was created: run this command without --life first, which writes ${out} anew.`);
  await checkWritable(file);
  const module = await import("./live.js");
  const run = { ...options, guest, settings, folder: path.dirname(file), session };
  await module.live(run, async (life) => {
    const text = `${JSON.stringify({ ...rehearsal, life } satisfies Rehearsal, undefined, 2)}\n`;
    const shown = lifeText(parseRehearsal(text).life);
    await writeWholeFile(file, text);
    session.out.write(`${shown}\nWritten: ${out}. Read it before you send it.\n`);
  });
}
