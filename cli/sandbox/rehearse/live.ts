/** `mssp rehearse --life`: a customer from `up` to the proof of the removal, in a test tenant, by this program's own commands. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import {
  clockFrom,
  dateOf,
  graphApplications,
  graphGroups,
  messageOf,
  untilSeen,
  waits,
  waitsVariable,
  type GraphCall,
} from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import { parsedJson, recordOf, textOf } from "@defender-mssp/errors/json";
import type { Life, LifeStep } from "@defender-mssp/sandbox";
import type { Session } from "@defender-mssp/terminal/session";
import { writeWholeFile } from "@defender-mssp/terminal/wholeFile";
import type { Settings } from "../../../settings";
import { ignoreInGit } from "../../base/ignoreInGit";
import { packageRoot } from "../../base/ownPackage";
import { placeOf } from "../../base/place";
import { askPulumi } from "../../stack/pulumi";
import { requireOwnState } from "../../stack/stateCode";
import { deployedOf } from "../../tenant/deployed";
import { signInToTenant } from "../../tenant/signInToTenant";
import { sandboxPackage } from "../sandbox/packages";
import { leftObjects, refuseSettings, refuseTenant } from "./leftObjects";

export interface LifeRun {
  readonly stack: string;
  readonly guest: readonly string[];
  readonly tenantDomain?: string;
  readonly maxUsers: number;
  readonly settings: Settings;
  /** Of the rehearsal's file. */
  readonly folder: string;
  readonly session: Session;
}

/** What each step does, as it is said before it. */
const sayings: Readonly<Record<LifeStep, string>> = {
  up: "pulumi up creates everything that the settings name. Guests get their mail now.",
  preview: "pulumi preview: nothing may be left to change.",
  verify: "npx mssp verify signs in as the SIEM and reads a page of alerts from each API.",
  alerts: "npx mssp alerts pulls the alerts of the last day, and keeps none.",
  drift: "Gives one object another name, and compares the tenant: the comparison must show it.",
  repair: "pulumi up --refresh gives it its name back: the comparison must show no change.",
  destroy: "npx mssp offboard removes everything, without evidence, and looks until enough looks agree.",
};

/**
 * Runs a life, or offers to remove what an interrupted one has left.
 * @param keep gets what was done and measured, also of a life that fails
 * @throws VisibleError with what is left and the command that removes it
 */
export async function live(run: LifeRun, keep: (life: Life) => Promise<void>): Promise<void> {
  const { stack, settings, folder, session, guest } = run;
  const { ask, err } = session;
  const { tenantId, handover } = settings;
  refuseSettings(stack, settings, guest);
  const { call } = await signInToTenant(settings, session.environment);
  const journal = path.join(folder, "life.json");
  const text = await readFile(journal, "utf8").catch(() => undefined);
  const before = text === undefined ? undefined : recordOf(parsedJson(text));
  const isDamaged = before !== undefined && (textOf(before["stack"]) === "" || textOf(before["step"]) === "");
  if (before !== undefined && !isDamaged)
    err.note(`The last life, of stack ${textOf(before["stack"])}, ended in its step \`${textOf(before["step"])}\`.`);
  const left = await leftObjects(stack, settings, placeOf(session));
  if (isDamaged)
    throw new VisibleError(
      `${left.text === "" ? `Nothing of stack ${stack} is left that could be looked at.` : left.text}\nNothing was changed: ${journal} is damaged, ` +
        "so nobody knows which stack's life ended, and in which step. Remove what is left of it, delete the file, and run this command again.",
    );
  if (left.count > 0) {
    err.line(left.text);
    if (before?.["stack"] !== stack)
      throw new VisibleError(
        `Nothing was created: the tenant ${tenantId} has objects of a stack, or the state is not empty.`,
      );
    if (!ask.isPossible || !(await ask.confirm("Remove what the state has?")))
      throw new VisibleError("Nothing was changed. Remove what is left, and run this command again.");
    return runSteps(["destroy"], { ...run, call, journal, keep });
  }
  if (before !== undefined) err.note("Nothing of it is left that could be looked at.");
  const stays = [
    ...guest.map((address) => `mail to ${address}`),
    "deleted guests, groups and applications, for 30 days, without access",
    ...(handover === undefined ? [] : ["the name of the deleted key vault, for its retention period"]),
    "entries in the tenant's logs, which nobody can delete",
  ];
  err.line([`A life of stack ${stack} in the tenant ${tenantId}. What stays:`, ...stays].join("\n- "));
  await refuseTenant(call, { ...run, tenantId }, ask);
  await ignoreInGit(session.folder);
  return runSteps(sandboxPackage().lifeSteps, { ...run, call, journal, keep });
}

interface Steps extends LifeRun {
  readonly call: GraphCall;
  /** File with the step that was begun last. */
  readonly journal: string;
  readonly keep: (life: Life) => Promise<void>;
}

async function runSteps(steps: readonly LifeStep[], run: Steps): Promise<void> {
  const { stack, settings, session, journal, keep } = run;
  const { err, signals } = session;
  const work = await mkdtemp(path.join(tmpdir(), "mssp-life-"));
  const ending = new AbortController();
  const stop = () =>
    ending.abort(new VisibleError("it was stopped. The same command, run again, offers to remove what is left."));
  for (const name of ["SIGINT", "SIGTERM"] as const) signals.on(name, stop);
  const done: Life["steps"] = [];
  const acts = stepActs(run, work, ending.signal);
  let left: number | undefined = 0;
  try {
    for (const [index, step] of steps.entries()) {
      const began = performance.now();
      const end = (failed: boolean) =>
        done.push({ step, seconds: Math.round((performance.now() - began) / 1000), failed });
      try {
        await writeWholeFile(journal, `${JSON.stringify({ stack, step })}\n`, { mode: 0o600 });
        err.line(`\n▸ Step ${index + 1} of ${steps.length}, ${step}. ${sayings[step]}`);
        await acts[step]();
        ending.signal.throwIfAborted();
        end(false);
      } catch (error) {
        end(true);
        const objects = await leftObjects(stack, settings, placeOf(session)).catch(messageOf);
        left = typeof objects === "string" ? undefined : objects.count;
        const text =
          typeof objects === "string" ? objects : objects.text || "Nothing of it is left that could be looked at.";
        // An interrupted engine says that it failed.
        const reason = messageOf(ending.signal.aborted ? ending.signal.reason : error);
        throw new VisibleError(`The life ended in its step \`${step}\`: ${reason}\n${text}`);
      }
    }
    await rm(journal);
  } finally {
    for (const name of ["SIGINT", "SIGTERM"] as const) signals.off(name, stop);
    const lines = await readFile(path.join(work, "waits.jsonl"), "utf8").catch(() => "");
    const on = dateOf(clockFrom(session.environment)());
    await keep({ on, steps: done, left, waits: sandboxPackage().measuredWaits(lines) });
    await rm(work, { recursive: true, force: true });
  }
}

/** @param work a folder that goes with the life */
function stepActs(run: Steps, work: string, signal: AbortSignal): Record<LifeStep, () => Promise<void>> {
  const { stack, session, folder, call } = run;
  const environment = { ...session.environment, [waitsVariable]: path.join(work, "waits.jsonl") };
  const place = { folder: session.folder, environment };
  const context = { environment, signal, say: (text: string) => session.err.note(text) };
  const engine = async (...args: string[]) => {
    const { exitCode } = await askPulumi([...args, "--stack", stack], { ...place, showErrors: true, showOutput: true });
    if (exitCode !== 0) throw new VisibleError(`\`pulumi ${args[0] ?? ""}\` failed: the error is above.`);
  };
  const mssp = async (accepted: readonly number[], ...args: string[]): Promise<string> => {
    const command = [path.join(packageRoot(), "cli", "mssp.js"), ...args, "--stack", stack];
    const options = { cwd: session.folder, env: environment, extendEnv: false, reject: false } as const;
    const { exitCode = -1, stdout } = await execa(process.execPath, command, {
      ...options,
      stdin: "ignore",
      stderr: 2,
    });
    if (accepted.includes(exitCode)) return stdout;
    session.err.write(stdout);
    throw new VisibleError(`\`npx mssp ${args[0] ?? ""}\` ended with exit code ${exitCode}: the reason is above.`);
  };
  const up = ["up", "--yes", "--skip-preview", "--suppress-outputs"];
  const compared = async (hasDrifted: boolean) => {
    const isSo = async () => {
      const printed = await mssp([0], "ci", "preview", "--drift", "--json", "--out", path.join(work, "preview.json"));
      return (JSON.parse(printed) as { readonly changes: readonly unknown[] }).changes.length > 0 === hasDrifted;
    };
    if ((await untilSeen(waits.drift, isSo, context)) === true) return;
    throw new VisibleError(hasDrifted ? "The comparison did not show the other name." : "A change is still shown.");
  };
  return {
    up: async () => {
      await requireOwnState(stack, place);
      await engine(...up);
    },
    preview: () => engine("preview", "--expect-no-changes", "--suppress-outputs"),
    verify: async () => {
      let failed: readonly string[] = [];
      const isDecided = async () => {
        const { checks } = JSON.parse(await mssp([0, 1], "verify", "--json")) as Verified;
        failed = checks.flatMap(({ state, name, reason }) => (state === "failed" ? [`${name}: ${reason}`] : []));
        return !failed.some((text) => text.includes(": not yet"));
      };
      await untilSeen(waits.tokenRoles, isDecided, context);
      if (failed.length > 0) throw new VisibleError(failed.join("; "));
    },
    alerts: async () => {
      await mssp([0], "alerts", "--since", "24h");
    },
    drift: async () => {
      const deployed = deployedOf(await requireOwnState(stack, place));
      const [application] = deployed.all("application");
      const { objectId } = application ?? deployed.all("group")[0] ?? {};
      if (objectId === undefined) throw new VisibleError("The stack has no application or group to rename.");
      const object = (application === undefined ? graphGroups : graphApplications).item(objectId);
      await call(object, { method: "PATCH", json: { displayName: "Renamed by a rehearsal" }, idempotent: true });
      await compared(true);
    },
    repair: async () => {
      await engine(...up, "--refresh");
      await compared(false);
    },
    destroy: async () => {
      // What an interrupted create has left is found by the stack's ID, which only the state has.
      await mssp([0, 1], "doctor", "--repair", "--yes");
      const moment = clockFrom(environment)().toISOString().slice(0, 19).replaceAll(/\D/g, "");
      const out = path.join(folder, `offboard-${moment}`);
      session.out.write(`${await mssp([0, 3], "offboard", "--yes", "--without", "evidence", "--out", out)}\n`);
      const { count } = await leftObjects(stack, run.settings, place);
      if (count > 0) throw new VisibleError("something is left.");
    },
  };
}

interface Verified {
  readonly checks: readonly { readonly name: string; readonly state: string; readonly reason: string }[];
}
