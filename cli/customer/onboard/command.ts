/** `mssp onboard`: where the onboarding of a customer stands, what is next, and whose move it is. */
import { Option, type Command } from "commander";
import { VisibleError } from "@defender-mssp/errors";
import { passphraseFolderOption } from "../../stack/passphraseOption";
import { wholeNumber } from "@defender-mssp/terminal/wholeNumber";
import { describeCommand } from "@defender-mssp/terminal/help";
import type { Session } from "@defender-mssp/terminal/session";
import { writeJson, writeJsonLine } from "@defender-mssp/terminal/jsonDocument";
import { placeOf } from "../../base/place";
import { stackArgument } from "../../stack/stackName";
import { allCustomers } from "../../stack/stackNames";
import { credentialOptions, type CredentialOptions } from "@defender-mssp/siem/connector/credentialOptions";
import type { OnboardingProgress } from "../../access/waiting/progress";

interface OnboardOptions extends CredentialOptions {
  readonly stack?: string;
  readonly all?: boolean;
  readonly watch?: boolean;
  readonly interval: number;
  readonly region?: "eu" | "uk" | "us";
  readonly passphraseFolder?: string;
  readonly parallel?: number;
  readonly json?: boolean;
}

/** Adds arguments, options and action. */
export function define(command: Command, session: Session): void {
  credentialOptions(
    command.option("--stack <stack>", "the customer's stack", stackArgument).option("--all", allCustomers),
  )
    .option("--watch", "check again until nothing waits for anybody; Ctrl-C ends it")
    .option("--interval <seconds>", "with --watch: seconds between two checks", wholeNumber(), 60)
    .addOption(
      new Option(
        "--region <region>",
        "where the customer's Defender data is stored (default: whichever answers)",
      ).choices(["eu", "uk", "us"]),
    )
    .option("--parallel <number>", "with --all: engines at a time (default: one for each core)", wholeNumber())
    .addOption(passphraseFolderOption("--all"))
    .option(
      "--json",
      "print the result as JSON: an object, or a list with --all; with --watch, one line for each change",
    )
    .action(async (options: OnboardOptions) => {
      if ((options.stack === undefined) === (options.all !== true))
        command.error("error: pass either --stack or --all", { exitCode: 2 });
      const { exitCodeOf } = await import("../../access/waiting/progress.js");
      session.exitCode = exitCodeOf(await run(options, session));
    });
  describeCommand(command, {
    notes: [
      "Marks: ✓ done, … waiting, ? no API shows it: confirm it by hand, – not applicable.",
      "A step that can't be checked for lack of a permission waits, and says which permission it requires.",
    ],
    reads:
      "The stack's settings, state, history and outputs; in the customer's tenant the consent, the licences, the guests " +
      "and the assignments of access packages; one page of alerts from each API of the connector.",
    exitCodes: {
      0: "complete: nothing waits for anybody that a program can see",
      1: "a stack could not be checked",
      3: "somebody's step is waiting",
    },
    examples: [
      "npx mssp status --show onboarding --stack contoso",
      "npx mssp status --show onboarding --stack contoso --watch --interval 300",
      "npx mssp status --show onboarding --all --json",
      "npx mssp sandbox run -- npx mssp status --show onboarding --stack dev",
    ],
  });
}

async function run(options: OnboardOptions, session: Session): Promise<readonly OnboardingProgress[]> {
  const check = () => checked(options, session);
  if (options.watch !== true) {
    const list = await check();
    if (options.json === true) writeJson(session.out, "onboard", jsonContent(list, options));
    else session.out.write(await textOf(list, options));
    return list;
  }
  return watched(options, session, check);
}

async function checked(
  { stack, all, ...options }: OnboardOptions,
  session: Session,
): Promise<readonly OnboardingProgress[]> {
  const place = placeOf(session);
  if (all === true) return (await import("./fleet.js")).onboardingOfFleet({ ...options, ...place });
  const { onboardingProgress } = await import("../../access/waiting/onboarding.js");
  if (stack === undefined) throw new VisibleError("Name the stack with --stack.");
  return [await onboardingProgress({ stack, ...options, ...place })];
}

async function textOf(list: readonly OnboardingProgress[], { all }: OnboardOptions): Promise<string> {
  const { fleetText, progressText } = await import("./text.js");
  return all === true ? fleetText(list) : list.map((one) => progressText(one)).join("");
}

/**
 * A stack by itself, or all of them.
 * @throws VisibleError where the one stack can't be read, unless the command watches it.
 */
function jsonContent(list: readonly OnboardingProgress[], { all, watch }: OnboardOptions) {
  if (all === true) return { stacks: list };
  const problem = watch === true ? undefined : list[0]?.problem;
  if (problem !== undefined) throw new VisibleError(problem);
  return { ...list[0] };
}

/** In a terminal the last result stays in place; elsewhere each change is printed. */
async function watched(
  options: OnboardOptions,
  { out, environment, signals }: Session,
  check: () => Promise<readonly OnboardingProgress[]>,
): Promise<readonly OnboardingProgress[]> {
  const [{ pauseOf, watch }, texts] = await Promise.all([import("../../base/watch.js"), import("./text.js")]);
  const isLive = out.isTerminal && environment["CI"] === undefined && options.json !== true;
  const logUpdate = isLive ? (await import("log-update")).default : undefined;
  const stop = new AbortController();
  const onSignal = (): void => stop.abort(new Error("stopped"));
  // Not `once`: what restores the cursor ends the process where it finds no other listener.
  signals.on("SIGINT", onSignal);
  signals.on("SIGTERM", onSignal);
  const show = (list: readonly OnboardingProgress[], changed: boolean): void => {
    if (options.json === true) {
      if (changed) writeJsonLine(out, "onboard", jsonContent(list, options));
      return;
    }
    const text = options.all === true ? texts.fleetText(list) : list.map((one) => texts.progressText(one)).join("");
    if (logUpdate === undefined) {
      if (changed) out.write(`${text}\n`);
      return;
    }
    const waits = list.some(({ state }) => state === "waiting");
    logUpdate(waits ? `${text}\nChecked again every ${options.interval} s. Ctrl-C ends this.` : text);
  };
  try {
    return await watch({
      check,
      content: (list) => list.map(({ checkedOn: _, ...rest }) => rest),
      isOver: (list) => list.every(({ state }) => state !== "waiting"),
      show,
      pause: pauseOf(options.interval),
      signal: stop.signal,
    });
  } finally {
    logUpdate?.done();
    signals.off("SIGINT", onSignal);
    signals.off("SIGTERM", onSignal);
  }
}
