/** `mssp analyst`: joiners and leavers in the settings of all customers. */
import path from "node:path";
import { Option, type Command } from "commander";
import { tiers } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import { describeCommand } from "@defender-mssp/terminal/help";
import type { Session } from "@defender-mssp/terminal/session";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import { dayArgument } from "../../base/commandArguments";
import type { Project } from "../../../settings/project";
import { isEmailAddress } from "../../../settings/validators";
import { defaultJournals } from "../../stack/outcome";
import { passphraseFolderOption } from "../../stack/passphraseOption";
import { allCustomers, isCustomerStack } from "../../stack/stackNames";
import { runDefaults } from "../runDefaults";
import type { AnalystChanges } from "./analystChanges";

interface ChangeOptions {
  readonly stack?: readonly string[];
  readonly all?: boolean;
  readonly json?: boolean;
  readonly yes?: boolean;
  readonly skipPreview?: boolean;
  readonly passphraseFolder?: string;
}

interface AddOptions extends ChangeOptions {
  readonly tier?: string;
  readonly until?: string;
}

export function define(analyst: Command, session: Session): void {
  analyst.addHelpText("after", "\nnpx mssp status --show analysts lists them.");
  registerAdd(analyst, session);
  registerRemove(analyst, session);
}

function registerAdd(analyst: Command, session: Session): void {
  const command = withChange(analyst.command("add"))
    .argument("<analyst>", 'the joiner: "Ana Silva <ana@mssp.example>", or an address alone')
    .description("Add an analyst to the settings files of the selected customers.")
    .addOption(new Option("--tier <tier>", "group of analysts (default: tier1)").choices([...tiers]))
    .option("--until <date>", "last day of access, such as 2027-03-31", dayArgument)
    .action(async (text: string, options: AddOptions) => {
      const { addedEverywhere } = await import("./analystChanges.js");
      const { parsedAnalyst } = await import("../../base/parsedAnalyst.js");
      const { email, displayName } = parsedAnalyst(text);
      if (!isEmailAddress(email))
        throw new VisibleError(
          `"${text}" is not an e-mail address with a domain, such as ana@mssp.example. Nothing was changed.`,
        );
      const { tier, until: accessEndsOn } = options;
      const entry = { email, displayName, ...(tier && { tier }), ...(accessEndsOn && { accessEndsOn }) };
      await change("add", options, session, (stacks, project) => addedEverywhere(entry, stacks, project));
    });
  describeCommand(command, {
    ...changeTexts,
    examples: [
      "npx mssp analyst add 'Ana Silva <ana.silva@mssp.example>' --all",
      "npx mssp analyst add ben@mssp.example --stack contoso fabrikam \\",
      "  --tier tier2 --until 2027-03-31",
    ],
  });
}

function registerRemove(analyst: Command, session: Session): void {
  const command = withChange(analyst.command("remove"))
    .argument("<address>", "address of the leaver")
    .description("Remove an analyst from the settings files of the selected customers.")
    .action(async (address: string, options: ChangeOptions) => {
      const { removedEverywhere, waitingForAutomation } = await import("./analystChanges.js");
      const { leaverText } = await import("./analystsText.js");
      const waiting: string[] = [];
      const changed = await change("remove", options, session, async (stacks, project) => {
        const changes = await removedEverywhere(address, stacks, project);
        waiting.push(
          ...(await waitingForAutomation(
            changes.changes.flatMap((one) => one.stacks),
            project,
          )),
        );
        return changes;
      });
      if (changed) session.err.write(leaverText(address, waiting));
    });
  describeCommand(command, {
    ...changeTexts,
    notes: [
      ...changeTexts.notes,
      "The access ends when `npx mssp fleet up` has run. The command says what the person holds until then, and after.",
    ],
    examples: [
      "npx mssp analyst remove ana.silva@mssp.example --all",
      "npx mssp analyst remove ana.silva@mssp.example --all --yes --skip-preview",
    ],
  });
}

const changeTexts = {
  notes: [
    "An analyst of a file that `analystsFrom` names is added and removed there, for every customer that names it: the command lists them all.",
    "The command shows the changed lines, asks, writes the files, and previews the changed stacks. Comments and the order of the files stay. " +
      "A file whose layout can't be edited safely is left alone, with the line to write.",
  ],
  reads: "The settings files; for the preview what `npx mssp fleet preview` reads.",
  changes: "The settings files. No tenant changes until `npx mssp fleet up`.",
  exitCodes: {
    0: "the files are changed, or were right before",
    1: "a file has errors or must be edited by hand, nobody confirmed, or a preview failed",
  },
} as const;

function withChange(command: Command): Command {
  return command
    .option("--stack <pattern...>", "only these stacks; * matches any characters")
    .option("--all", allCustomers)
    .option("--json", "print the result as JSON")
    .option("--yes", "write without asking")
    .option("--skip-preview", "do not preview the changed stacks")
    .addOption(passphraseFolderOption());
}

/** @returns whether files were written. */
async function change(
  edit: "add" | "remove",
  options: ChangeOptions,
  session: Session,
  changesOf: (stacks: readonly string[], project: Project) => Promise<AnalystChanges>,
): Promise<boolean> {
  if (options.all !== true && options.stack === undefined) {
    throw new VisibleError("Say which customers: --all, or --stack with names. Nothing was changed.");
  }
  const { analystStacks } = await import("./analystStacks.js");
  const { project, inventory, stacks } = await analystStacks(options, session);
  const trials = inventory.flatMap(({ stack }) => (isCustomerStack(stack) ? [] : stack));
  const leftOut = options.all === true ? trials : [];
  const { changes, unchanged } = await changesOf(stacks, project);
  const { changesText } = await import("./analystsText.js");
  const { out, err, ask } = session;
  const names = [...new Set(changes.flatMap(({ stacks: concerned }) => concerned))].sort();
  if (options.json !== true) out.write(changesText(changes, unchanged));
  if (unchanged.some(({ byHand }) => byHand)) session.exitCode = 1;
  if (changes.length > 0 && options.yes !== true) {
    const files = changes.length === 1 ? "this file" : `these ${changes.length} files`;
    const concerned = names.length > changes.length ? ` of ${names.length} customers` : "";
    const isAgreed = ask.isPossible && (await ask.confirm(`Write ${files}${concerned}?`));
    if (!isAgreed)
      throw new VisibleError(`Nothing was written.${ask.isPossible ? "" : " Pass --yes to write without asking."}`);
  }
  const { writeStackFile } = await import("../../stack/writeStackFile.js");
  for (const { file, after } of changes) await writeStackFile(path.join(project.folder, file), after);
  if (options.json === true) writeJson(out, `analyst ${edit}`, { changed: names, unchanged });
  else
    err.note(
      `${changes.length} of ${changes.length + unchanged.length} files written. Commit them; nothing changes in a tenant before \`up\`.` +
        (leftOut.length === 0 ? "" : ` --all leaves out ${leftOut.join(", ")}: name them with --stack.`),
    );
  if (options.skipPreview !== true && names.length > 0) await preview(names, options, session);
  return changes.length > 0;
}

async function preview(stack: readonly string[], { passphraseFolder, json }: ChangeOptions, session: Session) {
  const { runFleet } = await import("../run.js");
  const silent = json === true ? { ...session, out: session.err } : session;
  const options = {
    stack,
    init: true,
    journal: defaultJournals,
    ...runDefaults,
  };
  const exitCode = await runFleet("preview", { ...options, ...(passphraseFolder && { passphraseFolder }) }, silent);
  if (exitCode !== 0) session.exitCode = 1;
}
