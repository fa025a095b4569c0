/** `mssp offboard`: evidence, destroy, proof and a certificate for the customer. */
import { lastSegment } from "@defender-mssp/microsoft";
import { Option, type Command } from "commander";
import { VisibleError } from "@defender-mssp/errors";
import { exitCodes } from "@defender-mssp/terminal/exitCodes";
import { describeCommand } from "@defender-mssp/terminal/help";
import type { Session } from "@defender-mssp/terminal/session";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import { terminalText } from "@defender-mssp/terminal/terminalText";
import { signWithOption } from "../../access/signed/signWithOption";
import { uuidArgument } from "../../base/commandArguments";
import { placeOf } from "../../base/place";
import { wholeNumber } from "@defender-mssp/terminal/wholeNumber";
import { stackArgument } from "../../stack/stackName";
import { languages, type Language } from "../../access/texts/texts";
import type { VerdictState } from "./verdict";

interface OffboardOptions {
  readonly stack: string;
  readonly days: number;
  readonly out?: string;
  readonly signWith?: string;
  readonly without?: readonly ("evidence" | "record")[];
  readonly prove?: "again" | "later";
  readonly notOurs?: readonly string[];
  readonly language?: Language;
  readonly customer?: string;
  readonly steps?: string;
  readonly details?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

const codeByState: Readonly<Record<VerdictState, number>> = {
  proven: exitCodes.done,
  accessLeft: exitCodes.failed,
  toConfirm: exitCodes.somebodyNeeded,
};

export function define(command: Command, session: Session): void {
  command
    .requiredOption("--stack <stack>", "the customer's stack", stackArgument)
    .option("--days <days>", "length of the evidence's period before now", wholeNumber({ most: 9999 }), 30)
    .option("--out <folder>", "folder of evidence, certificate and record (default: offboard-<stack>)")
    .addOption(signWithOption())
    .addOption(
      new Option(
        "--without <part...>",
        "evidence: go on although the customer's tenant refuses logs; record: go on although the record of an earlier run does not check out",
      ).choices(["evidence", "record"]),
    )
    .addOption(
      new Option(
        "--prove <when>",
        "again: prove again after the removal, and remove nothing; later: look once after the removal, and leave the proof to a run with --prove again",
      ).choices(["again", "later"]),
    )
    .addOption(
      new Option("--language <language>", "language of the certificate's page (default: en)").choices(languages),
    )
    .option(
      "--not-ours <ID...>",
      "application IDs that may read alerts and are not the MSSP's: the certificate states it, signed",
      (text: string, before?: readonly string[]) => [...(before ?? []), uuidArgument("An application ID")(text)],
    )
    .option("--customer <file>", "with --prove again: the customer's own page, the signed result of `mssp-watch gone`")
    .option("--steps <folder>", "with --customer: all signed steps, from the first to this off-boarding's evidence")
    .option("--details", "list each object that can be restored, with the command that deletes it for good")
    .option("--yes", "remove without asking, as in CI")
    .option("--json", "print the certificate as JSON")
    .action((options: OffboardOptions) => {
      if (options.customer !== undefined && options.prove !== "again")
        command.error("error: --customer requires --prove again");
      if (options.steps !== undefined && options.customer === undefined)
        command.error("error: --steps requires --customer");
      return run(options, session);
    });
  describeCommand(command, {
    notes: [
      "Steps: the evidence, as `npx mssp evidence`; what somebody added to the stack's objects; `pulumi destroy --refresh`; " +
        "the proof, by the ID of each object and among the deleted items, then every kind of access by the stack's random ID, " +
        "the MSSP's tenant and its domains; the certificate, HTML and JSON.",
      "After the removal the settings file gets the key `offboarded` with the user of this machine (USER), and the stack a tag: `up` and `preview` refuse from then on. Commit the file.",
      "Tenants answer from replicas that may be behind. The proof needs five looks in a row that agree, the last at least ten minutes after the removal, and after " +
        "a look that showed access: the command shows what each has seen, and the time left. --prove later ends after one look, with what is to confirm and the command that proves it.",
      "The certificate lists the ways of access that no command looks at, and where the customer looks: it says nothing of them.",
      "Applications that may read alerts, and of which nothing tells whose they are, are named as a question to the customer. As long as one has no answer, the headline says " +
        '"of the applications that we could tell from yours". --not-ours answers for the MSSP, in this and later certificates.',
      "What no API shows, and what this identity may not read, is a thing to confirm by hand: the certificate has the click for each. " +
        "So is the consent to whoever looked. When the customer has deleted the automation, --prove again looks as an identity that only reads (ARM_CLIENT_ID: the application for previews; " +
        "or a person of the customer); when she has deleted that, too, Entra's refusal of its sign-in finishes the certificate. `npx mssp permissions` has what lets it look at governance and GDAP relationships.",
      "Logs that were refused can't be read after the removal: the command asks, and with --yes it stops there unless --without evidence is passed. A log " +
        "that needs a licence which the customer lacks is a gap of the evidence, and stops nothing.",
      "The same command continues after an interruption: the folder has a record of what is done. After the last step " +
        "it proves again, and --prove again does nothing else.",
      "The record counts only with the evidence that it names: the manifest's hash and every file are checked. Otherwise the command says what is wrong; " +
        "with --without record it collects the evidence again, and the certificate names the reason as a thing to confirm.",
      "A deleted detection rule is proved by a second DELETE, which the service answers with 404: its lists go on with the rule for some hours. " +
        "A rule of the stack that is there again is removed by it. Prove again the next day, when the lists are empty; the certificate says which of the two was seen.",
      'A page of --customer is "proven by the customer" only where a hand-out in --steps names its key, and was signed before the evidence of this off-boarding ' +
        "(`npx mssp report --for customer --customer-key`). Every other page is attached as one that is said to be the customer's. Give it to each run whose certificate is to have it.",
      "No `destroy` ends a governance relationship: while one is active, access is left. Reading it needs " +
        "TenantGovernance-Relationship.Read.All.",
      "It stops before the removal while somebody holds an access package (`npx mssp doctor --before-destroy`).",
      "The stack and its history stay. `npx pulumi stack rm` deletes them, when you have archived the folder.",
    ],
    reads: "What `npx mssp evidence` and `npx mssp doctor --repair` read.",
    changes:
      "The customer's tenant and the stack's state, as `pulumi destroy --refresh` does; the folder, which only you may read; " +
      "the settings file and the stack's tags; .gitignore, which gets offboard-*/ and evidence*/ where it does not have them.",
    exitCodes: {
      0: "every way that the certificate lists as looked at was looked at, and none gives the MSSP access",
      1: "access is left; or a step failed or was not confirmed: run the command again",
      3: "no access is left that could be looked at; there are things to confirm, by hand or by later looks",
    },
    examples: [
      "npx mssp offboard --stack contoso",
      "npx mssp offboard --stack contoso --yes --days 90 --json",
      "npx mssp offboard --stack contoso --prove again --yes",
      "npx mssp offboard --stack contoso --prove again --customer gone.dsse.json",
    ],
  });
}

async function run(options: OffboardOptions, session: Session): Promise<void> {
  const { stack, days: length, out, yes, json, language, details } = options;
  const { ask, err, environment } = session;
  const by = environment["USER"] ?? environment["USERNAME"];
  const { offboard } = await import("./offboard.js");
  const { certificateText } = await import("./text.js");
  const name = lastSegment(stack);
  if (yes !== true && !ask.isPossible) {
    throw new VisibleError(
      "Nobody can be asked: this is no terminal. Nothing was removed. Pass --yes to remove without asking.",
    );
  }
  const folder = out ?? `offboard-${name}`;
  const certificate = await offboard({
    stack,
    out: folder,
    days: length,
    signWith: options.signWith,
    language,
    ...(by === undefined ? {} : { by }),
    provesOnly: options.prove === "again",
    customer: options.customer === undefined ? undefined : { file: options.customer, steps: options.steps },
    withoutRecord: options.without?.includes("record") === true,
    provesLater: options.prove === "later",
    notOurs: options.notOurs ?? [],
    agreesWithoutEvidence: async (question) =>
      options.without?.includes("evidence") === true || (yes !== true && (await ask.confirm(question))),
    confirm: async (question) => (yes === true ? name : ((await ask.text(question)) ?? "").trim()),
    // To stderr: stdout is for the result.
    say: (text) => err.write(terminalText(text)),
    now: session.now,
    signals: session.signals,
    ...placeOf(session),
  });
  if (json === true) writeJson(session.out, "offboard", certificate);
  else session.out.write(`\n${certificateText(certificate, folder, undefined, details)}`);
  if (certificate.state !== "proven") session.exitCode = codeByState[certificate.state];
}
