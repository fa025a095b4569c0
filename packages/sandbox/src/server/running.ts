/**
 * What a command does with a sandbox that another process runs. The process is found by its file
 * in the home and identified by the file's token, never by its number alone.
 */
import { open, type FileHandle } from "node:fs/promises";
import { VisibleError } from "@defender-mssp/errors";
import type { SandboxEnvironment } from "../cloud/sandboxEnvironment";
import { guarded, prepareHome, sandboxPaths } from "../cloud/home";
import type { TenantDescription } from "../cloud/tenantMaker";
import { ask, isAlive, takeLease } from "./controlClient";
import type { ClockChange, ClockState } from "./clockControl";
import type { SandboxStatus } from "./addControl";
import { prepareEnvironment, type EnvironmentOptions } from "./environment";
import { currentOwner, type HomeOwner } from "./owner";

/** Longest wait for a server that has been told to stop, in milliseconds. */
const stopTimeout = 30_000;

/**
 * The sandbox of a home, if a process runs it. A file that a killed process has left counts as
 * none. Throws `VisibleError` for a process that does not answer.
 */
export async function runningSandbox(home: string): Promise<SandboxStatus | undefined> {
  const owner = await currentOwner(sandboxPaths(home).home, isAlive);
  return owner === undefined ? undefined : ask<SandboxStatus>(owner, "GET", "/sandbox/status");
}

/**
 * Stops the sandbox of a home and returns the number of the process that has run it; `undefined` if
 * none runs. Throws `VisibleError` for a sandbox that ends with its own command, and for one that
 * other commands use, unless `force` is set.
 */
export async function stopSandbox(
  home: string,
  options: { readonly force?: boolean } = {},
): Promise<number | undefined> {
  const { home: folder } = sandboxPaths(home);
  const owner = await currentOwner(folder, isAlive);
  if (owner === undefined) return undefined;
  await ask(owner, "POST", "/sandbox/stop", { force: options.force === true });
  for (const until = Date.now() + stopTimeout; await isAlive(owner);) {
    if (Date.now() > until) throw new VisibleError(`Process ${owner.pid} does not stop the sandbox in ${folder}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return owner.pid;
}

/**
 * The environment of a command on the sandbox that runs, without keeping it up. `tenants` are
 * created as by `openSandbox`. Throws `VisibleError` if none runs.
 */
export async function environmentOfRunning(
  home: string,
  tenants: readonly TenantDescription[],
  options: EnvironmentOptions,
): Promise<{ readonly environment: SandboxEnvironment; readonly pluginSet: string | undefined }> {
  const paths = sandboxPaths(home);
  const lease = await takeLease(await demandOwner(home), tenants);
  if (lease === undefined) throw new VisibleError(`The sandbox in ${paths.home} is stopping.`);
  try {
    const { pluginSet, ...access } = lease.sandbox;
    return { environment: await prepareEnvironment(paths, access, options), pluginSet };
  } finally {
    lease.end();
  }
}

/** The running sandbox's clock, after a change if one is given. Throws `VisibleError` if none runs. */
export async function sandboxClock(home: string, change?: ClockChange): Promise<ClockState> {
  const owner = await demandOwner(home);
  return change === undefined ? ask(owner, "GET", "/sandbox/clock") : ask(owner, "POST", "/sandbox/clock", change);
}

/** The empty log of a server in the background; the home is created if it is missing. */
export async function openServerLog(home: string): Promise<FileHandle> {
  const { log } = await prepareHome(home);
  return guarded(log, () => open(log, "w", 0o600));
}

async function demandOwner(home: string): Promise<HomeOwner> {
  const { home: folder } = sandboxPaths(home);
  const owner = await currentOwner(folder, isAlive);
  if (owner !== undefined) return owner;
  throw new VisibleError(`No sandbox runs in ${folder}. Start one: npx mssp sandbox serve --detach`);
}
