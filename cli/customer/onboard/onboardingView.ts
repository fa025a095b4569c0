/** The view `onboarding` of `mssp status`: where an onboarding stands, what is next, and whose move it is. */
import { VisibleError } from "@defender-mssp/errors";
import { credentialOptionList, type CredentialOptions } from "@defender-mssp/siem/connector/credentialOptions";
import { writeJson, writeJsonLine } from "@defender-mssp/terminal/jsonDocument";
import type { Session } from "@defender-mssp/terminal/session";
import { placeOf } from "../../base/place";
import { passphraseFolderOption } from "../../stack/passphraseOption";
import type { StatusView } from "../../selection/statusView";
import type { OnboardingProgress } from "../../access/waiting/progress";

interface OnboardingOptions extends CredentialOptions {
  readonly stack?: readonly string[];
  readonly watch?: boolean;
  readonly interval: number;
  readonly passphraseFolder?: string;
  readonly parallel?: number;
  readonly json?: boolean;
}

export const onboardingView: StatusView<OnboardingOptions> = {
  shows:
    "where each onboarding stands and whose move is next; with one --stack each of its steps, with the SIEM's, which need " +
    "its secret. Exit code 3: somebody's step is waiting. --watch ends when nothing waits. ✓ done, … waiting, " +
    "? no API shows it: confirm it by hand, – not applicable",
  takes: ["--stack", "--watch", "--interval", "--parallel"],
  options: () => [...credentialOptionList(), passphraseFolderOption()],
  print: async (options, session) => {
    const { exitCodeOf } = await import("../../access/waiting/progress.js");
    const check = () => checked(options, session);
    const list = options.watch === true ? await watched(options, session, check) : await check();
    if (options.watch !== true) {
      if (options.json === true) writeJson(session.out, "onboard", jsonContent(list, options));
      else session.out.write((await textOf(options))(list));
    }
    session.exitCode = exitCodeOf(list);
  },
};

/** The only stack that the options name; undefined where they mean several. */
function soleStack({ stack = [] }: OnboardingOptions): string | undefined {
  const [first, ...others] = stack;
  return others.length > 0 || first?.includes("*") === true ? undefined : first;
}

async function checked(options: OnboardingOptions, session: Session): Promise<readonly OnboardingProgress[]> {
  const { stack: patterns, ...others } = options;
  const place = placeOf(session);
  const stack = soleStack(options);
  if (stack === undefined)
    return (await import("./fleet.js")).onboardingOfFleet({ ...others, ...place, ...(patterns && { patterns }) });
  const { onboardingProgress } = await import("../../access/waiting/onboarding.js");
  return [await onboardingProgress({ stack, ...others, ...place })];
}

async function textOf(options: OnboardingOptions): Promise<(list: readonly OnboardingProgress[]) => string> {
  const { fleetText, progressText } = await import("./text.js");
  if (soleStack(options) === undefined) return (list) => fleetText(list);
  return (list) => list.map((progress) => progressText(progress)).join("");
}

/**
 * A stack by itself, or several.
 * @throws VisibleError where the one stack can't be read, unless the view watches it.
 */
function jsonContent(list: readonly OnboardingProgress[], options: OnboardingOptions) {
  if (soleStack(options) === undefined) return { stacks: list };
  const problem = options.watch === true ? undefined : list[0]?.problem;
  if (problem !== undefined) throw new VisibleError(problem);
  return { ...list[0] };
}

async function watched(
  options: OnboardingOptions,
  session: Session,
  check: () => Promise<readonly OnboardingProgress[]>,
): Promise<readonly OnboardingProgress[]> {
  const [{ watchInSession }, text] = await Promise.all([import("../../base/watch.js"), textOf(options)]);
  const isWaiting = (list: readonly OnboardingProgress[]) => list.some(({ state }) => state === "waiting");
  const ending = `\nChecked again every ${options.interval} s. Ctrl-C ends this.`;
  return watchInSession(session, {
    ...options,
    check,
    content: (list) => list.map(({ checkedOn: _, ...rest }) => rest),
    isOver: (list) => !isWaiting(list),
    screen: (list) => `${text(list)}${isWaiting(list) ? ending : ""}`,
    print: (list) => {
      if (options.json === true) writeJsonLine(session.out, "onboard", jsonContent(list, options));
      else session.out.write(`${text(list)}\n`);
    },
  });
}
