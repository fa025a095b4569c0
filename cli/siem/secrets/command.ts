/** `mssp secrets rotate`: a client secret that leaked, also on the day on which it was created. */
import { timeText } from "@defender-mssp/errors/time";
import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import {
  hasOneView,
  lastSegment,
  ServiceError,
  unknownToEntra,
  untilSeen,
  waits,
  type CredentialType,
} from "@defender-mssp/microsoft";
import { isCallError, VisibleError } from "@defender-mssp/errors";
import { describeCommand } from "@defender-mssp/terminal/help";
import type { Session } from "@defender-mssp/terminal/session";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import { terminalText } from "@defender-mssp/terminal/terminalText";
import { paragraph } from "@defender-mssp/terminal/table";
import { leakVariable } from "../../../domain/naming";
import { stayingAccess } from "../../../domain/stayingAccess";
import { momentOf } from "../../access/evidence/period";
import { placeOf } from "../../base/place";
import type { StackConnector } from "../../stack/connector";
import { stackArgument } from "../../stack/stackName";
import { leakTag, type MadeSecret } from "../../stack/leakedSecrets";

interface RotateOptions {
  readonly stack: string;
  readonly now?: boolean;
  readonly leaked?: boolean;
  readonly since?: string;
  readonly atOnce?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** What `--json` prints. */
export interface Rotation {
  readonly stack: string;
  /** The settings file, from the project's folder. */
  readonly file: string;
  /** Secrets that were created before this moment are replaced: UTC, ISO 8601. */
  readonly renewMadeBefore: string;
  /** Whether `up` has run. */
  readonly rotated: boolean;
  /** Until when the old secret works: UTC, ISO 8601. Absent before `up`, and without an overlap. */
  readonly overlapEndsOn?: string;
  /** Whether Entra takes the new secret; false: not yet. Absent before `up`, and where the outputs do not have it. */
  readonly signsIn?: boolean;
  readonly nextSteps: readonly string[];
  /** With --leaked, when the old secrets are deleted. */
  readonly leak?: LeakEnd;
}

/** The end of the old secrets. Holds no secret. */
interface LeakEnd {
  readonly deleted: readonly (Omit<MadeSecret, "value"> & { readonly refused: boolean })[];
  /** Who signed in, or why nobody could look. */
  readonly signIns: string;
}

/** Adds the subcommand. */
export function define(secrets: Command, session: Session): void {
  const command = secrets
    .command("rotate")
    .description("Replace a stack's client secret: writes the setting, previews, and says what the SIEM needs when.")
    .requiredOption("--stack <stack>", "the customer's stack", stackArgument)
    .option("--now", "run `pulumi up` as well")
    .option("--leaked", "as --now; when the SIEM has the new secret, delete those before, and prove that it worked")
    .option("--since <time>", "with --leaked: look at the sign-ins since then (default: all that the logs have)")
    .option("--at-once", "with --leaked: do not wait until the SIEM has the new secret")
    .option(
      "--yes",
      "write, and with --now run `up`, without asking; --leaked still asks whether the SIEM has the new secret",
    )
    .option("--json", "print the result as JSON")
    .action((options: RotateOptions) => {
      if (options.leaked !== true && (options.since !== undefined || options.atOnce === true))
        command.error("error: --since and --at-once require --leaked", { exitCode: 2 });
      return rotate(options, session);
    });
  describeCommand(command, {
    notes: [
      "It sets connector.credential.renewMadeBefore to this moment: the next `up` creates a secret beside the present one, which stays valid for " +
        "connector.credential.overlapDays. Both work until then, so that the SIEM loses no alert.",
      "With --now it signs in with the new secret before it says that the SIEM can have it: Entra may not know one yet that is minutes old.",
      "With --leaked every secret that was made before goes. `npx mssp status` says that it leaked until then; a run after an interruption " +
        "continues. With --at-once the SIEM reads nothing until it has the new secret. The sign-ins need AuditLog.Read.All and Entra ID P1.",
      "It is for client secrets. A certificate is replaced in connector.credential.certificate; a federated credential has no secret.",
    ],
    reads:
      "The stack's settings file; for the preview and `up` what they read; with --now the new secret, to sign in with it.",
    changes:
      "The settings file; with --now the customer's tenant and the stack's state, as `pulumi up` does; with --leaked also a tag of the stack.",
    exitCodes: {
      0: "the setting is written, and with --now `up` succeeded; with --leaked Entra refuses the old secrets",
      1: "nothing was written, or the preview or `up` failed; with --leaked an old secret is left, or its refusal not proved",
    },
    examples: [
      "npx mssp secrets rotate --stack contoso",
      "npx mssp secrets rotate --stack contoso --now --yes",
      "npx mssp secrets rotate --stack contoso --leaked --since 2027-03-30T18:00:00Z",
    ],
  });
}

const others: Readonly<Record<Exclude<CredentialType, "secret">, string>> = {
  certificate: "a certificate. Write a new one into connector.credential.certificate, and run `npx pulumi up`",
  federated: "a federated credential, which has no secret. Revoke the other identity provider's key where it is",
};

async function rotate(options: RotateOptions, session: Session): Promise<void> {
  const { stack, yes, json, leaked = false, atOnce = false } = options;
  const now = options.now === true || leaked;
  const since = options.since === undefined ? undefined : momentOf("--since", options.since);
  if (leaked && !atOnce && !session.ask.isPossible)
    throw new VisibleError(
      "Nobody can be asked whether the SIEM has the new secret: this is no terminal. Nothing was changed. Pass --at-once.",
    );
  const [{ readStackSettingsOffline }, { readProject, shownStackFile, stackFile }, { renewalLine, withRenewal }] =
    await Promise.all([
      import("../../../settings/fromFile.js"),
      import("../../../settings/project.js"),
      import("./withRenewal.js"),
    ]);
  const project = await readProject(session.folder);
  const { connector } = await readStackSettingsOffline(stack, project.folder);
  if (connector.kind === "msspApp") {
    throw new VisibleError(
      `The connector of ${stack} is an application of your own tenant: rotate its credential there. Nothing was changed.`,
    );
  }
  const { type } = connector.credential;
  if (type !== "secret") throw new VisibleError(`The connector of ${stack} has ${others[type]}. Nothing was changed.`);
  const [place, moment] = [placeOf(session), `${session.now().toISOString().slice(0, 19)}Z`];
  const { requireOwnState } = await import("../../stack/stateCode.js");
  await requireOwnState(stack, place);
  const [renewMadeBefore, old] = leaked
    ? await (await import("./beginLeak.js")).beginLeak(stack, moment, place)
    : [moment, []];
  const [file, shown] = [stackFile(project, stack), shownStackFile(project, stack)];
  const key = `${project.name}:connector`;
  const text = withRenewal(await readFile(file, "utf8"), [key, "connector"], renewMadeBefore);
  if (text === undefined) {
    throw new VisibleError(
      `The layout of ${shown} can't be edited safely. Write into its "config": ${renewalLine(key, renewMadeBefore)}. Nothing was changed.`,
    );
  }
  await confirm(
    `Write connector.credential.renewMadeBefore: "${renewMadeBefore}" into ${shown}${now ? ", and run `up`" : ""}?`,
    yes,
    session,
  );
  const { writeStackFile } = await import("../../stack/writeStackFile.js");
  await writeStackFile(file, text);
  session.err.note(`${shown} is written. Commit it.`);
  if (leaked && (await leakTag(["set", renewMadeBefore], stack, place)) === undefined)
    session.err.note("The backend took no tag: `npx mssp status` will not say that a secret leaked.");
  await runEngine(now ? up : ["preview"], stack, session);
  const rotation = await rotationAfter({ stack, file: shown, renewMadeBefore, rotated: now }, leaked, session);
  if (json === true && !leaked) writeJson(session.out, "secrets rotate", rotation);
  else (json === true ? session.err : session.out).write(stepsText(rotation));
  if (!leaked) return;
  if (!atOnce && !(await session.ask.confirm("Does the SIEM use the new secret? Then the old one is deleted"))) {
    throw new VisibleError(
      `The old secret still works, and \`npx mssp status\` says so. Run \`npx mssp secrets rotate --stack ${lastSegment(stack)} --leaked\` again when the SIEM has the new one.`,
    );
  }
  await runEngine(up, stack, session, { [leakVariable]: renewMadeBefore });
  const { signInsText } = await import("./beginLeak.js");
  const { readConnector } = await import("../../stack/connector.js");
  const present = await readConnector(stack, place);
  const deleted: LeakEnd["deleted"][number][] = [];
  for (const { value: clientSecret, ...secret } of old)
    deleted.push({ ...secret, refused: !(await signsInWith({ ...present, clientSecret }, session, true)) });
  await leakTag("rm", stack, place);
  const leak = { deleted, signIns: await signInsText(stack, old, since, { ...place, now: session.now() }) };
  if (json === true) writeJson(session.out, "secrets rotate", { ...rotation, leak });
  else session.out.write(leakText(leak));
  if (!leak.deleted.every(({ refused }) => refused)) session.exitCode = 1;
}

function leakText({ deleted, signIns }: LeakEnd): string {
  const ended = deleted.map(({ keyId, madeOn, refused }) => {
    const not = `but Entra did not refuse it within ${timeText(waits.signIn.longest)}: look at the application's Certificates & secrets`;
    return `The client secret made on ${madeOn.slice(0, 16).replace("T", " ")} UTC (key ${keyId}) is deleted, ${refused ? "and Entra refuses it" : not}.`;
  });
  return [...ended, stayingAccess.tokens, signIns].map((text) => paragraph(text)).join("");
}

async function confirm(question: string, yes: boolean | undefined, { ask }: Session): Promise<void> {
  if (yes === true) return;
  if (!ask.isPossible)
    throw new VisibleError("Nobody can be asked: this is no terminal. Nothing was changed. Pass --yes.");
  if (!(await ask.confirm(question))) throw new VisibleError("Nothing was changed.");
}

const up = ["up", "--yes", "--skip-preview", "--suppress-outputs"] as const;

/** Shows what the engine prints on stderr: stdout is for the result. */
async function runEngine(
  args: readonly string[],
  stack: string,
  session: Session,
  variables: NodeJS.ProcessEnv = {},
): Promise<void> {
  const { askPulumi } = await import("../../stack/pulumi.js");
  const { folder, environment } = session;
  const { exitCode } = await askPulumi([...args, "--stack", stack], {
    folder,
    environment: { ...environment, ...variables },
    showOutput: true,
    showErrors: true,
  });
  if (exitCode === 0) return;
  throw new VisibleError(
    `\`pulumi ${args[0] ?? ""}\` failed. The setting stays: run \`npx pulumi up --stack ${lastSegment(stack)}\` when the error above is corrected.`,
  );
}

async function rotationAfter(
  begun: Omit<Rotation, "nextSteps" | "overlapEndsOn">,
  leaked: boolean,
  session: Session,
): Promise<Rotation> {
  const stack = lastSegment(begun.stack);
  if (!begun.rotated) {
    return {
      ...begun,
      nextSteps: [`Run npx pulumi up --stack ${stack}, or this command with --now: until then nothing changes.`],
    };
  }
  const { readConnector } = await import("../../stack/connector.js");
  const connector = await readConnector(begun.stack, { ...placeOf(session), secrets: true });
  const { overlapEndsOn } = connector;
  const signsIn = connector.clientSecret === undefined ? undefined : await signsInWith(connector, session);
  const notYet =
    `Entra does not take the new secret yet, usually within ${timeText(waits.signIn.longest)}. Give it to the SIEM when ` +
    `npx mssp verify --stack ${stack} passes.`;
  const until =
    overlapEndsOn === undefined
      ? "The old secret is deleted."
      : `The old secret works until ${leaked ? "this command deletes it" : overlapEndsOn}.`;
  return {
    ...begun,
    ...(overlapEndsOn === undefined ? {} : { overlapEndsOn }),
    ...(signsIn === undefined ? {} : { signsIn }),
    nextSteps: [
      ...(signsIn === false ? [notYet] : []),
      `Give the SIEM the new secret now: npx pulumi stack output clientSecret --show-secrets --stack ${stack}. ${until}`,
      `Check it: npx mssp verify --stack ${stack}.`,
      ...(overlapEndsOn === undefined || leaked
        ? []
        : [
            `If one leaked: npx mssp secrets rotate --stack ${stack} --leaked makes another, and deletes all from before.`,
          ]),
    ],
  };
}

/**
 * Whether Entra takes a secret; waits while it does not know a new one, or still takes a deleted one. Any other
 * refusal is for `verify` to tell.
 */
async function signsInWith(connector: StackConnector, session: Session, isDeleted = false): Promise<boolean> {
  const { requestApplicationToken } = await import("@defender-mssp/siem/tokens/applicationToken");
  const { credentialWays } = await import("@defender-mssp/siem/connector/credentialOptions");
  // This secret, not one that a variable names.
  const environment = { ...session.environment, [credentialWays.secret.variable]: undefined };
  const isUnknown = ({ serviceCode }: ServiceError): boolean => unknownToEntra.has(serviceCode);
  const token = () => requestApplicationToken(connector, {}, environment);
  const refusal = () =>
    token().then(
      () => false,
      (error: unknown) => {
        if (error instanceof ServiceError && isUnknown(error)) return true;
        throw error;
      },
    );
  const say = (text: string): void => session.err.note(text);
  try {
    const what = isDeleted ? "the end of the old client secret" : waits.signIn.what;
    const row = { ...waits.signIn, what, ...(hasOneView(environment) ? { hits: 1 } : {}) };
    if (isDeleted) return (await untilSeen<boolean>(row, refusal, { say, environment })) === undefined;
    return (await untilSeen(row, token, { isUnknown, say, environment })) !== undefined;
  } catch (error) {
    if (!isCallError(error)) throw error;
    // Another refusal proves no end.
    return isDeleted || (error instanceof ServiceError && !isUnknown(error));
  }
}

function stepsText({ nextSteps }: Rotation): string {
  return nextSteps.map((step, index) => terminalText(`${index + 1}. ${step}\n`)).join("");
}
