/** `mssp rehearse --life`: one customer from `up` to the proof of the removal, in a test tenant, by this program's own commands. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { z } from "zod";
import {
  clockFrom,
  dateOf,
  graphApplications,
  graphGroups,
  messageOf,
  recordWait,
  untilSeen,
  waits,
  waitsVariable,
  type GraphCall,
} from "@defender-mssp/microsoft";
import { unreadableFile, VisibleError } from "@defender-mssp/errors";
import type { Life, LifeStep } from "@defender-mssp/sandbox";
import type { Session } from "@defender-mssp/terminal/session";
import { terminalText } from "@defender-mssp/terminal/terminalText";
import { writeWholeFile } from "@defender-mssp/terminal/wholeFile";
import { ignoreInGit } from "../../base/ignoreInGit";
import { packageRoot } from "../../base/ownPackage";
import { askPulumi } from "../../stack/pulumi";
import { requireOwnState } from "../../stack/stateCode";
import { deployedOf } from "../../tenant/additions/deployed";
import { signInToTenant } from "../../tenant/signInToTenant";
import type { Settings } from "../../../settings";
import { sandboxPackage } from "../sandbox/packages";
import { leftObjects, leftText } from "./leftObjects";
import { confirmDomain, refuseSettings, refuseTenant } from "./refuseTenant";

export interface LifeOptions {
  readonly stack: string;
  readonly guest: readonly string[];
  readonly tenantDomain?: string;
  readonly maxUsers: number;
}

interface LifeRun extends LifeOptions {
  readonly settings: Settings;
  /** Of the rehearsal's file. */
  readonly folder: string;
  readonly session: Session;
}

const journalShape = z.object({
  msspLife: z.literal(1),
  stack: z.string(),
  tenantId: z.string(),
  /** The step that was begun last. */
  step: z.string(),
  /** ISO 8601, UTC. */
  beganOn: z.string(),
  /** IDs of what was in the tenant before. */
  known: z.array(z.string()),
});
type LifeJournal = Readonly<z.infer<typeof journalShape>>;

/** What each step does, as it is said before it. */
const sayings: Readonly<Record<LifeStep, string>> = {
  up: "pulumi up creates everything that the settings name. Guests get their mail now.",
  preview: "pulumi preview: nothing may be left to change.",
  verify: "npx mssp verify signs in as the SIEM and reads a page of alerts from each API.",
  alerts: "npx mssp alerts pulls the alerts of the last day, and keeps none.",
  drift: "Gives one object another name, and compares the tenant: the comparison must show it.",
  repair: "pulumi up --refresh gives it its name back: the comparison must show no change.",
  destroy:
    "npx mssp offboard collects evidence, removes everything, and looks until enough looks agree that nothing is left.",
};

/**
 * Runs a life, or offers to remove what an interrupted one has left.
 * @param keep gets what was done and measured, also of a life that fails
 * @throws VisibleError with what is left and the command that removes it
 */
export async function live(run: LifeRun, keep: (life: Life) => Promise<void>): Promise<void> {
  const { stack, settings, folder, session, tenantDomain, maxUsers } = run;
  const { environment, ask, err } = session;
  const { tenantId } = settings;
  refuseSettings(stack, settings, run.guest);
  const place = { folder: session.folder, environment, say: (text: string) => err.note(text.trim()) };
  const { call } = await signInToTenant(settings, environment);
  const file = path.join(folder, "life.json");
  let journal = await readLifeJournal(file);
  if (journal !== undefined && (journal.stack !== stack || journal.tenantId !== tenantId))
    throw new VisibleError(`${file} is of stack ${journal.stack}: rehearse that one first, or name another --out.`);
  const left = await leftObjects(stack, settings, journal?.known ?? [], place);
  if (journal !== undefined) {
    const { beganOn, step } = journal;
    err.note(`The life of ${beganOn.slice(0, 16).replace("T", " ")} UTC ended in its step \`${step}\`.`);
    err.line(leftText(stack, left));
    if (left.inState.length + left.inTenant.length === 0) {
      await rm(file);
      journal = undefined;
    } else if (!ask.isPossible || !(await ask.confirm("Remove what the state has, and prove it?"))) {
      throw new VisibleError("Nothing was changed. Remove what is left, and run this command again.");
    }
  }
  const { lifeSteps } = sandboxPackage();
  if (journal === undefined) {
    if (left.inState.length > 0)
      throw new VisibleError(`Nothing was created: stack ${stack} is deployed, and a life begins with an empty stack.`);
    await refuseTenant(call, left.search, { stack, tenantId, maxUsers });
    err.line(staysText(run));
    await confirmDomain(call, tenantId, tenantDomain, ask);
    const known = left.search.sightings.map(({ id }) => id);
    const beganOn = clockFrom(environment)().toISOString();
    await ignoreInGit(session.folder);
    journal = { msspLife: 1, stack, tenantId, step: "up", beganOn, known };
    await lifeOf(run, journal, { call, keep, file, steps: lifeSteps });
  } else await lifeOf(run, journal, { call, keep, file, steps: ["destroy"] });
}

interface LifeWork {
  readonly call: GraphCall;
  readonly keep: (life: Life) => Promise<void>;
  /** Of the journal. */
  readonly file: string;
  readonly steps: readonly LifeStep[];
}

async function lifeOf(run: LifeRun, journal: LifeJournal, { call, keep, file, steps }: LifeWork): Promise<void> {
  const { stack, settings, session } = run;
  const { err, signals } = session;
  const work = await mkdtemp(path.join(tmpdir(), "mssp-life-"));
  const measured = path.join(work, "waits.jsonl");
  const environment = { ...session.environment, [waitsVariable]: measured };
  const place = { folder: session.folder, environment, say: (text: string) => err.note(text.trim()) };
  const ending = new AbortController();
  const { signal } = ending;
  const stop = () => ending.abort(new VisibleError("It was stopped."));
  for (const name of ["SIGINT", "SIGTERM"] as const) signals.on(name, stop);
  const done: Life["steps"] = [];
  const acts = lifeActs(run, { call, work, environment, signal, journal, isLeftover: steps.length === 1 });
  let left = 0;
  try {
    for (const [index, step] of steps.entries()) {
      signal.throwIfAborted();
      await writeWholeFile(file, `${JSON.stringify({ ...journal, step })}\n`, { mode: 0o600 });
      err.line(`\n▸ Step ${index + 1} of ${steps.length}, ${step}. ${sayings[step]}`);
      const began = performance.now();
      const seconds = () => Math.round((performance.now() - began) / 1000);
      try {
        await acts[step]();
        done.push({ step, seconds: seconds() });
      } catch (error) {
        done.push({ step, seconds: seconds(), failed: true });
        throw error;
      }
    }
  } catch (error) {
    const objects = await leftObjects(stack, settings, journal.known, place).catch(messageOf);
    const text =
      typeof objects === "string" ? `What is left could not be looked at: ${objects}` : leftText(stack, objects);
    if (typeof objects !== "string") left = objects.inState.length + objects.inTenant.length;
    throw new VisibleError(`The life ended in its step \`${done.at(-1)?.step ?? "up"}\`: ${messageOf(error)}\n${text}`);
  } finally {
    for (const name of ["SIGINT", "SIGTERM"] as const) signals.off(name, stop);
    const lines = await readFile(measured, "utf8").catch(() => "");
    const on = dateOf(clockFrom(environment)());
    await keep({ on, steps: done, left, waits: sandboxPackage().measuredWaits(lines) });
    await rm(work, { recursive: true, force: true });
  }
  await rm(file);
}

interface Acting {
  readonly call: GraphCall;
  /** Folder that goes with the life. */
  readonly work: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly journal: LifeJournal;
  /** Whether it removes what another run has left. */
  readonly isLeftover: boolean;
}

function lifeActs(
  { stack, session, folder }: LifeRun,
  { call, work, environment, signal, journal, isLeftover }: Acting,
): Record<LifeStep, () => Promise<void>> {
  const place = { folder: session.folder, environment };
  const context = { environment, signal, say: (text: string) => session.err.note(text) };
  const engine = async (...args: string[]) => {
    const { exitCode } = await askPulumi([...args, "--stack", stack], { ...place, showErrors: true, showOutput: true });
    if (exitCode !== 0) throw new VisibleError(`\`pulumi ${args[0] ?? ""}\` failed: the error is above.`);
  };
  /** @returns what the command printed: nothing where it could not even begin */
  const mssp = async (args: readonly string[], accepted: readonly number[] = [0]): Promise<string> => {
    const command = [path.join(packageRoot(), "cli", "mssp.js"), ...args, "--stack", stack];
    const options = {
      cwd: session.folder,
      env: environment,
      extendEnv: false,
      reject: false,
      stderr: "inherit",
    } as const;
    const { exitCode = -1, stdout } = await execa(process.execPath, command, { ...options, stdin: "ignore" });
    if (accepted.includes(exitCode) && (stdout !== "" || exitCode === 0)) return stdout;
    throw new VisibleError(`\`npx mssp ${args[0] ?? ""}\` ended with exit code ${exitCode}: the error is above.`);
  };
  const up = ["up", "--yes", "--skip-preview", "--suppress-outputs"];
  const hasDrifted = async () => {
    const args = ["ci", "preview", "--drift", "--json", "--out", path.join(work, "preview.json")];
    return (JSON.parse(await mssp(args)) as { readonly changes: readonly unknown[] }).changes.length > 0;
  };
  return {
    up: async () => {
      await requireOwnState(stack, place);
      await engine(...up);
    },
    preview: () => engine("preview", "--expect-no-changes", "--suppress-outputs"),
    verify: async () => {
      let failed: readonly { readonly name: string; readonly reason: string }[] = [];
      // Both the sign-in and the permissions of a new application take their time.
      await untilSeen(
        waits.tokenRoles,
        async () => {
          const { checks } = JSON.parse(await mssp(["verify", "--json"], [0, 1])) as Verified;
          failed = checks.filter(({ state }) => state === "failed");
          return failed.length === 0 || failed.some(({ reason }) => !reason.startsWith("not yet"));
        },
        context,
      );
      if (failed.length > 0) throw new VisibleError(failed.map(({ name, reason }) => `${name}: ${reason}`).join("; "));
    },
    alerts: async () => {
      await mssp(["alerts", "--since", "24h"]);
    },
    drift: async () => {
      const deployed = deployedOf(await requireOwnState(stack, place));
      const [application] = deployed.all("application");
      const { objectId } = application ?? deployed.all("group")[0] ?? {};
      if (objectId === undefined)
        throw new VisibleError("The stack has no application or group that could be renamed.");
      const object = (application === undefined ? graphGroups : graphApplications).item(objectId);
      await call(object, { method: "PATCH", json: { displayName: "Renamed by a rehearsal" }, idempotent: true });
      if ((await untilSeen(waits.drift, hasDrifted, context)) !== true)
        throw new VisibleError("The comparison did not show the other name.");
    },
    repair: async () => {
      await engine(...up, "--refresh");
      if ((await untilSeen(waits.drift, async () => !(await hasDrifted()), context)) !== true)
        throw new VisibleError("After the repair the comparison still showed a change.");
    },
    destroy: async () => {
      // What an interrupted create has left is found by the stack's ID, which its state still has.
      if (isLeftover) await mssp(["doctor", "--repair", "--yes"], [0, 1, 3]);
      const out = path.join(folder, `offboard-${journal.beganOn.slice(0, 19).replaceAll(/\D/g, "")}`);
      const args = ["offboard", "--yes", "--without-evidence", "--json", "--out", out];
      const { left, toConfirm, destroyedOn, looks } = JSON.parse(await mssp(args, [0, 1, 3])) as Offboarded;
      const milliseconds = Date.parse(looks.lastOn) - Date.parse(destroyedOn);
      recordWait(waits.removal, { milliseconds, looks: looks.agreed, isSeen: looks.isSettled }, environment);
      const own = left.filter(({ what }) => !journal.known.some((id) => what.includes(id)));
      if (own.length > 0)
        throw new VisibleError(
          ["the proof has found", ...own.map(({ what, step }) => `${what}. ${step}`)].join("\n  "),
        );
      for (const { what, why, step } of toConfirm)
        session.out.write(terminalText(`To confirm: ${what}: ${why}. ${step}\n`));
      session.out.write(`Certificate: ${out}\n`);
    },
  };
}

interface Verified {
  readonly checks: readonly { readonly name: string; readonly state: string; readonly reason: string }[];
}

interface Sentence {
  readonly what: string;
  readonly why: string;
  readonly step: string;
}

interface Offboarded {
  readonly left: readonly Sentence[];
  readonly toConfirm: readonly Sentence[];
  readonly destroyedOn: string;
  readonly looks: { readonly agreed: number; readonly lastOn: string; readonly isSettled: boolean };
}

/** What no removal takes back. */
function staysText({ stack, settings, guest }: LifeRun): string {
  const { tenantId, handover } = settings;
  return [
    `A life of stack ${stack} in the tenant ${tenantId}: up, preview, verify, alerts, one drift and its repair, destroy. What stays:`,
    ...guest.map((address) => `- mail to ${address}`),
    "- deleted guests, groups and applications: for 30 days, without access",
    ...(handover === undefined ? [] : ["- the name of the deleted key vault: until its retention period ends"]),
    "- entries in the tenant's logs: until their retention ends. Nobody can delete them",
  ].join("\n");
}

async function readLifeJournal(file: string): Promise<LifeJournal | undefined> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw unreadableFile(file, error);
  });
  if (text === undefined) return undefined;
  try {
    return journalShape.parse(JSON.parse(text));
  } catch {
    throw new VisibleError(
      `${file} is not the record of a life. Look what the stack's state has, and delete the file.`,
    );
  }
}
