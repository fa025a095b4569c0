/** `mssp doctor --repair`: shows each orphan with the evidence that it is one, asks, and deletes it or says how to import it. */
import { createInterface } from "node:readline/promises";
import {
  discoverEndpoints,
  EnvironmentError,
  graphCall,
  ServiceError,
  type CallContext,
  type GraphCall,
} from "@defender-mssp/microsoft";
import { VisibleError } from "../../errors";
import { readStackSettings, type StackSettingsOptions } from "../stackSettings";
import { findOrphans, type Orphan } from "./orphans";
import { readStackState } from "./stackState";

export interface RepairOptions extends StackSettingsOptions, Pick<CallContext, "endpoints"> {
  readonly stack: string;
  /** Deletes what carries this program's mark without asking. */
  readonly yes: boolean;
  /** Asks a question; undefined where there is nobody to ask. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
  /** Gets what there is to read, a line or several. */
  readonly say: (text: string) => void;
}

/** How many orphans there were, and how many are there still. */
export interface Repaired {
  readonly found: number;
  readonly left: number;
}

/**
 * Repairs a stack. Nothing is touched without a yes; what carries no mark of this program never by `yes` alone.
 * @throws VisibleError where the settings are wrong, or tenant or state can't be read.
 */
export async function repair(options: RepairOptions): Promise<Repaired> {
  const environment = options.environment ?? process.env;
  const settings = await readStackSettings(options.stack, options);
  try {
    const inCloud = environment["ARM_ENVIRONMENT"] ? {} : { cloud: settings.cloud };
    const endpoints = options.endpoints ?? (await discoverEndpoints(environment, inCloud));
    const call = await graphCall(settings.tenantId, { environment, endpoints });
    // In this order: what an `up` makes meanwhile is in the state before it is seen in the tenant, or not at all.
    const state = await readStackState(options.stack, environment, options.folder ?? process.cwd());
    const orphans = await findOrphans(call, settings, state, environment["ARM_CLIENT_ID"]);
    if (orphans.length === 0) {
      options.say(`Nothing to repair: all that stack ${options.stack} would create is in its state, or not there.\n`);
      return { found: 0, left: 0 };
    }
    options.say(
      `${orphans.length} in tenant ${settings.tenantId} that stack ${options.stack} would create, and doesn't know of. ` +
        "Go on only while no `pulumi up` of this stack is running.\n",
    );
    let left = 0;
    for (const orphan of orphans) if (!(await settle(call, orphan, options))) left++;
    options.say(left === 0 ? "\nNow run `pulumi up` again.\n" : `\n${left} left as they are.\n`);
    return { found: orphans.length, left };
  } catch (error) {
    if (!(error instanceof ServiceError || error instanceof EnvironmentError)) throw error;
    throw new VisibleError(`Can't repair in the customer's tenant ${settings.tenantId}: ${error.message}`);
  }
}

/** Asks on the terminal; undefined where there is none. */
export function terminal(): RepairOptions["ask"] {
  if (!process.stdin.isTTY) return undefined;
  return async (question) => {
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return await lines.question(question);
    } finally {
      lines.close();
    }
  };
}

/** Whether the orphan is no more. */
async function settle(call: GraphCall, orphan: Orphan, options: RepairOptions): Promise<boolean> {
  options.say(`\n${describe(orphan)}`);
  const importing = importCommand(orphan, options.stack);
  switch (await answer(orphan, importing !== undefined, options)) {
    case "delete": {
      const { method, path, json } = orphan.removal;
      // Gone already is as good.
      await call(path, { method, accept: [404], idempotent: true, ...(json === undefined ? {} : { json }) });
      options.say(`Deleted ${orphan.what}.\n`);
      return true;
    }
    case "import":
      options.say(`Run this, then \`pulumi up\`:\n  ${importing ?? ""}\n`);
      return false;
    case "leave":
      options.say("Left as it is.\n");
      return false;
  }
}

async function answer(
  orphan: Orphan,
  canImport: boolean,
  { yes, ask, say }: RepairOptions,
): Promise<"delete" | "import" | "leave"> {
  if (yes) {
    if (orphan.mark !== undefined) return "delete";
    say("--yes is not for what carries no mark of this program: run it without --yes to be asked.\n");
    return "leave";
  }
  if (ask === undefined) {
    say("There is no terminal to ask on: --yes deletes what carries the mark.\n");
    return "leave";
  }
  const warning = orphan.mark === undefined ? "It carries no mark of this program and may be somebody else's. " : "";
  const choices = canImport ? "[delete/import/N]" : "[delete/N]";
  const said = (await ask(`${warning}Delete it${canImport ? ", or show how to import it" : ""}? ${choices} `)).trim();
  if (/^import$/i.test(said) && canImport) return "import";
  return /^delete$/i.test(said) ? "delete" : "leave";
}

function describe({ what, id, createdOn, createdBy, mark, restorable }: Orphan): string {
  const lines = [
    what,
    `  ID        ${id}`,
    ...(createdOn === "" ? [] : [`  made      ${createdOn}`]),
    ...(createdBy === "" ? [] : [`  owned by  ${createdBy}`]),
    `  mark      ${mark ?? "none: nothing says that this program made it"}`,
    ...(restorable ? ["  deleted   it can be restored for 30 days (deleted applications)"] : []),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function importCommand({ importArguments }: Orphan, stack: string): string | undefined {
  if (importArguments === undefined) return undefined;
  const args = ["import", ...importArguments, "--stack", stack, "--protect=false"];
  return `npx pulumi ${args.map((one) => (/^[\w@%+=:,./-]+$/.test(one) ? one : `'${one.replaceAll("'", "'\\''")}'`)).join(" ")}`;
}
