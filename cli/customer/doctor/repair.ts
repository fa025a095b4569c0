/**
 * `mssp doctor --repair`: shows each orphan with the evidence, asks, and deletes it or says how to
 * import it. With `--yes` it does not ask, and deletes only parts of what the state has, and objects with exactly the
 * description of a create that the state lists as interrupted.
 */
import type { AzureCalls, UnreadKind } from "@defender-mssp/tenant";
import {
  deleteIfThere,
  goneStatuses,
  lastSegment,
  request,
  type CallContext,
  type GraphCall,
  type PortalCall,
} from "@defender-mssp/microsoft";
import { isCallError, VisibleError } from "@defender-mssp/errors";
import { kinds, type KindKey } from "../../../domain/kinds/kinds";
import { stackRandomId } from "../../../domain/resourceTypes";
import { readStackSettings } from "../../../settings/fromFile";
import { readProject } from "../../../settings/project";
import type { Settings } from "../../../settings";
import type { Place } from "../../base/place";
import { shellWord } from "../../base/shellWord";
import { openTenant } from "../../tenant/openTenant";
import { deployedOf, type Deployed } from "../../tenant/deployed";
import { findOrphans } from "../../tenant/orphans/orphans";
import { withHistory } from "../../tenant/orphans/history";
import type { Orphan, OrphanRemoval } from "../../tenant/orphans/orphan";
import { readDeployment } from "../../stack/deployment";
import { unknownResources, unknownResourcesNote } from "../../stack/unknownResources";

export interface RepairOptions extends Place, Pick<CallContext, "endpoints"> {
  readonly stack: string;
  /** Deletes, without asking, certain leftovers of an interrupted operation of this stack. */
  readonly yes: boolean;
  /** Asks a question; undefined without a terminal. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
  /** Receives the output, one or more lines. */
  readonly say: (text: string) => void;
}

/** Numbers of orphans before and after the repair. */
export interface Repaired {
  readonly found: number;
  readonly left: number;
  /** Whether a kind of object that the stack has could not be looked at. */
  readonly isOpen: boolean;
}

/**
 * Repairs a stack. `yes` alone deletes certain leftovers; everything else requires a person's
 * answer.
 * @throws VisibleError if the settings are wrong, or tenant or state can't be read.
 */
export async function repair(options: RepairOptions): Promise<Repaired> {
  const { environment } = options;
  const settings = await readStackSettings(options.stack, options);
  try {
    // The state is read first: it does not list a later create of a concurrent `up` as interrupted.
    const state = await readDeployment(options.stack, { environment, folder: options.folder });
    const notes: string[] = [];
    const tenant = await openTenant(settings, {
      stack: options.stack,
      stackId: stackRandomId(state.resources),
      environment,
      say: (text) => notes.push(text.trim()),
      ...(options.endpoints === undefined ? {} : { endpoints: options.endpoints }),
    });
    const deployed = deployedOf(state);
    const { name } = await readProject(options.folder);
    const markName = `${name}/${lastSegment(options.stack)}`;
    const { orphans, unread } = await findOrphans(tenant, settings, deployed, markName);
    const isOpen = unread.some(({ kind }) => isOfStack(kind, settings, deployed));
    const unknown = unknownResourcesNote(unknownResources(state));
    options.say(unreadText(unread, [...notes, ...(unknown === undefined ? [] : [unknown])]));
    if (orphans.length === 0) {
      options.say(
        isOpen
          ? `No object found that stack ${options.stack} has lost; not every kind of object that it has could be looked at.\n`
          : `Nothing to repair: the tenant has no object of stack ${options.stack} that its state does not have.\n`,
      );
      return { found: 0, left: 0, isOpen };
    }
    options.say(
      `Tenant ${settings.tenantId} has ${orphans.length} objects that stack ${options.stack} would create and its state ` +
        "does not have. Continue only while no `pulumi up` of this stack is running.\n",
    );
    let left = 0;
    for (const orphan of orphans) {
      const { graph } = tenant.freshReads();
      const dated = await withHistory(graph, orphan);
      if (!(await settle({ graph, defender: tenant.defender, ...tenant.azure }, dated, options))) left++;
    }
    options.say(
      left === 0 ? `\nNow run \`npx pulumi up --refresh --stack ${options.stack}\`.\n` : `\n${left} left unchanged.\n`,
    );
    return { found: orphans.length, left, isOpen };
  } catch (error) {
    if (!isCallError(error)) throw error;
    throw new VisibleError(`Repair failed in the customer's tenant ${settings.tenantId}: ${error.message}`);
  }
}

interface Services extends AzureCalls {
  readonly graph: GraphCall;
  readonly defender: PortalCall | undefined;
}

/** Whether the settings or the state have such objects: another kind's are leftovers of earlier settings. */
function isOfStack(key: KindKey, settings: Settings, deployed: Deployed): boolean {
  return kinds.some((kind) => kind.key === key && (kind.isExpected(settings) || deployed.hasKind(kind)));
}

/** What was not looked at: it may be there. */
function unreadText(unread: readonly UnreadKind[], notes: readonly string[]): string {
  const plural = (key: KindKey): string => kinds.find((kind) => kind.key === key)?.plural ?? key;
  const lines = [...notes, ...unread.map(({ kind, reason }) => `Not looked at: ${plural(kind)}: ${reason}.`)];
  return lines.map((line) => `${line}\n`).join("");
}

/** Whether the orphan is gone. */
async function settle(services: Services, orphan: Orphan, options: RepairOptions): Promise<boolean> {
  options.say(`\n${describe(orphan)}`);
  const importing = importCommand(orphan, options.stack);
  switch (await answer(orphan, importing !== undefined, options)) {
    case "delete": {
      await remove(services, orphan.removal);
      options.say(`Deleted ${orphan.what}.\n`);
      return true;
    }
    case "import":
      options.say(`Run this, then \`npx pulumi up --refresh\`:\n  ${importing ?? ""}\n`);
      return false;
    case "leave":
      options.say(orphan.comesBack === true ? "Left for the next `pulumi up --refresh`.\n" : "Left unchanged.\n");
      return false;
  }
}

/** Already deleted. */
async function remove(services: Services, { method, path, json, service }: OrphanRemoval): Promise<void> {
  const { graph } = services;
  if (service === undefined && method === "DELETE") return deleteIfThere(graph, path);
  const options = { method, accept: goneStatuses, idempotent: true, ...(json === undefined ? {} : { json }) };
  if (service === undefined) {
    await graph(path, options);
    return;
  }
  const call = services[service];
  if (call !== undefined) await request(`${call.endpoint}${path}`, { ...options, token: call.token });
}

async function answer(
  orphan: Orphan,
  canImport: boolean,
  { yes, ask, say }: RepairOptions,
): Promise<"delete" | "import" | "leave"> {
  if (yes) {
    if (isCertain(orphan)) return "delete";
    say(
      "--yes deletes only what an operation left that the state lists as interrupted: with exactly its description, or as a part of what the state has; and never a secret. " +
        "Run the command without --yes to be asked.\n",
    );
    return "leave";
  }
  if (ask === undefined) {
    say(
      "There is no terminal to ask on. --yes deletes only objects that certainly belong to an interrupted operation of this stack.\n",
    );
    return "leave";
  }
  const hint =
    orphan.comesBack === true ? "The next `pulumi up --refresh` uses it: delete it only if none will follow. " : "";
  const choices = canImport ? "[delete/import/N]" : "[delete/N]";
  const said = (
    await ask(
      `${warning(orphan)}${hint}Delete ${orphan.what}${canImport ? ", or show how to import it" : ""}? ${choices} `,
    )
  ).trim();
  if (/^import$/i.test(said) && canImport) return "import";
  return /^delete$/i.test(said) ? "delete" : "leave";
}

/** A certain leftover of an interrupted operation of this stack. */
function isCertain({ evidence, interrupted, isSecret }: Orphan): boolean {
  return evidence.owner === "thisStack" && evidence.isClaim !== true && interrupted && isSecret !== true;
}

/** The warning before a doubtful deletion. */
function warning({ evidence, interrupted, isSecret }: Orphan): string {
  if (isSecret === true) return "If the SIEM uses this secret, it receives no alerts after the deletion. ";
  switch (evidence.owner) {
    case "unknown":
      return "It carries no mark of this program and may belong to somebody else. ";
    case "another":
      return "It carries the mark of another stack, or of another MSSP, or one without a stack's ID, and may be in use. ";
    case "thisStack":
      if (evidence.isClaim === true) return "Anybody can write its mark. ";
      return interrupted ? "" : "The stack's state names no interrupted operation that created it. ";
  }
}

function describe({ what, id, createdOn, createdBy, audit, evidence, interrupted, stays }: Orphan): string {
  const lines = [
    what,
    `  ID        ${id}`,
    ...(createdOn === "" ? [] : [`  created   ${createdOn}`]),
    ...(createdBy === "" ? [] : [`  owned by  ${createdBy}`]),
    ...(audit === undefined ? [] : [`  audit log ${audit}`]),
    `  mark      ${evidence.text}`,
    `  whose     ${whose[evidence.owner]}${evidence.isClaim === true ? ", by its mark alone" : ""}`,
    ...(interrupted ? ["  state     the engine was interrupted while it created one"] : []),
    ...(stays === undefined ? [] : [`  stays     ${stays}`]),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

const whose: Readonly<Record<Orphan["evidence"]["owner"], string>> = {
  thisStack: "this stack's",
  another: "another stack's, or of a stack whose state is lost",
  unknown: "not known",
};

function importCommand({ importArguments }: Orphan, stack: string): string | undefined {
  if (importArguments === undefined) return undefined;
  const args = ["import", ...importArguments, "--stack", stack, "--protect=false"];
  return `npx pulumi ${args.map(shellWord).join(" ")}`;
}
