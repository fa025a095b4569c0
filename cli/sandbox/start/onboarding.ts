/** What `mssp start` runs: engine, sandbox, `pulumi up`, the outputs, and what to type next. */
import { VisibleError } from "@defender-mssp/errors";
import { engineOptions } from "../engine/engineOptions";
import { enginePackage, sandboxPackage } from "../sandbox/packages";
import { realStacks, refuseRealStack } from "../sandbox/realStacks";
import { withSandbox } from "../sandbox/session";
import type { SandboxStartOptions } from "../sandbox/options";
import { readProject, shownStackFile } from "../../../settings/project";
import { shellWord } from "../../base/shellWord";
import type { Place } from "../../base/place";
import { askPulumi, pulumiCommand } from "../../stack/pulumi";
import { requireOwnState } from "../../stack/stateCode";
import { requireStackFile } from "../../stack/stackFile";
import type { Output, Session } from "@defender-mssp/terminal/session";
import { outputsText } from "./outputsText";

type OnboardingOptions = SandboxStartOptions & { readonly stack: string };

/**
 * Onboards the stack's customer on the sandbox.
 * @throws VisibleError where the stack has no settings (nothing is created then), or Pulumi fails.
 */
export async function onboard(options: OnboardingOptions, session: Session): Promise<void> {
  const { stack } = options;
  const { folder, out, environment: user } = session;
  await requireStackFile(stack, folder);
  const file = shownStackFile(await readProject(folder), stack);
  refuseRealStack([stack], await realStacks(folder));
  const { sandboxHome, setAsideSandbox } = sandboxPackage();
  const home = sandboxHome(options.home, user, folder);
  const aside = await setAsideSandbox(home);
  if (aside !== undefined)
    session.err.note(`The sandbox in ${home} is of another version: it is ${aside} now, and a new one starts.`);
  const { ensureEngine } = enginePackage();
  showStep(session, "The Pulumi engine");
  const engine = await ensureEngine(engineOptions(session.environment));
  await withSandbox(options, session, async (sandboxEnvironment) => {
    const environment = withSandboxPassphrase(sandboxEnvironment);
    showStep(session, `Pulumi ${engine.version} onboards the customer of ${file}, on the sandbox`);
    await runShown(["stack", "select", stack, "--create"], environment, options);
    await requireOwnState(stack, { environment, folder });
    await runShown(upArguments(stack, out), environment, options);
    const outputs = await readOutputs({ environment, folder }, options);
    showStep(session, "The stack's outputs");
    out.write(outputsText(outputs, out.columns));
  });
  out.write(nextCommands(options, file));
}

/** Columns in which the engine's table shows types, names and states of this program's resources. */
const tableColumns = 130;

/**
 * The `up` of a start. An earlier start may have been interrupted: only a refresh shows what that
 * one has left in the tenant. On a narrow terminal the engine's table cuts names and states off:
 * `--non-interactive` prints a line for each step.
 */
export function upArguments(stack: string, { isTerminal, columns }: Pick<Output, "isTerminal" | "columns">): string[] {
  const up = ["up", "--stack", stack, "--refresh", "--yes", "--skip-preview", "--suppress-outputs"];
  return isTerminal && columns < tableColumns ? [...up, "--non-interactive"] : up;
}

/** The stack's file has the sandbox's salt: a passphrase of the user's own is for other stacks. */
function withSandboxPassphrase(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { PULUMI_CONFIG_PASSPHRASE_FILE, ...others } = environment;
  return { ...others, PULUMI_CONFIG_PASSPHRASE: "sandbox" };
}

/** Runs Pulumi with this process's terminal. */
async function runShown(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  options: OnboardingOptions,
): Promise<void> {
  const { runCommand } = sandboxPackage();
  const end = await runCommand(pulumiCommand(args), environment);
  if ("exitCode" in end && end.exitCode === 0) return;
  throw failure(args, "exitCode" in end ? `exit code ${end.exitCode}` : end.signal, options);
}

async function readOutputs(place: Place, options: OnboardingOptions): Promise<Record<string, unknown>> {
  const args = ["stack", "output", "--stack", options.stack, "--json"];
  const { exitCode, signal, stdout } = await askPulumi(args, { ...place, showErrors: true });
  if (exitCode !== 0) throw failure(args, signal ?? `exit code ${exitCode}`, options);
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** After a failed `up` the state may lack what the tenant has: the next one must refresh. */
function failure(args: readonly string[], end: string, options: OnboardingOptions): VisibleError {
  const pulumi = `${sandboxRun(options)} npx pulumi`;
  return new VisibleError(
    `\`pulumi ${args.slice(0, 2).join(" ")}\` failed (${end}). Correct the error above, then run:\n` +
      `  ${pulumi} up --stack ${options.stack} --refresh\n` +
      `If an interrupted run has left a lock, first run:\n` +
      `  ${pulumi} cancel --stack ${options.stack}`,
  );
}

function showStep({ err }: Session, text: string): void {
  err.line(`\n▸ ${text}`);
}

/** What to type in front of a command for the sandbox that `options` name. */
function sandboxRun({ home, plugins }: SandboxStartOptions): string {
  const official = plugins === "official" ? " --plugins official" : "";
  return `npx mssp sandbox run${homeOption(home)}${official} --`;
}

/** The option as a shell takes it; none for the default sandbox. */
function homeOption(home: string | undefined): string {
  if (home === undefined) return "";
  return ` --home ${shellWord(home)}`;
}

function nextCommands(options: OnboardingOptions, file: string): string {
  const { home, stack } = options;
  const run = sandboxRun(options);
  const entries = [
    ["See that nothing is left to change:", `${run} npx pulumi preview --stack ${stack} --expect-no-changes`],
    ["See every object of the emulated tenants:", `npx mssp sandbox dump${homeOption(home)}`],
    [`Edit ${file}, then apply it:`, `${run} npx pulumi up --stack ${stack}`],
    ["Remove everything that the stack created:", `${run} npx pulumi destroy --stack ${stack} --refresh --yes`],
    ["Try customers of your own here (npx mssp new), in a shell with the sandbox:", `${run} bash`],
    ["Delete the sandbox:", `npx mssp sandbox reset${homeOption(home)}`],
  ];
  const lines = entries.flatMap(([what = "", command = ""]) => [what, `  ${command}`]);
  return ["", "What to type next:", ...lines, "For a real customer:", "  npx mssp docs platform-engineer", ""].join(
    "\n",
  );
}
