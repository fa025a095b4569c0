/**
 * The record of the permissions that requests have needed, over the servers of a home: in a file
 * that each server reads at its start and writes at its end. A killed server's part is lost.
 */
import { readFile, rm } from "node:fs/promises";
import writeFileAtomic from "write-file-atomic";
import { EmulatedCloud } from "../cloud/cloud";
import { guarded, sandboxPaths } from "../cloud/home";
import { PermissionUse } from "../cloud/permissionUse";
import { Store } from "../cloud/store";
import { newTenant } from "../seed/newTenant";
import { ask, isAlive } from "./controlClient";
import { currentOwner } from "./owner";
import { permissionReport, type PermissionReport } from "./permissionReport";

export async function readPermissionUse(file: string): Promise<PermissionUse> {
  const text = await readFile(file, "utf8").catch(() => "");
  return PermissionUse.parse(text);
}

export async function writePermissionUse(file: string, use: PermissionUse): Promise<void> {
  await guarded(file, () => writeFileAtomic(file, use.text()));
}

/** Which permissions requests have needed in the sandbox of a home, whether it runs or not. */
export async function sandboxPermissions(home: string): Promise<PermissionReport> {
  const paths = sandboxPaths(home);
  const owner = await currentOwner(paths.home, isAlive);
  if (owner !== undefined) return ask<PermissionReport>(owner, "GET", "/sandbox/permissions");
  const cloud = await EmulatedCloud.open(new Store(paths.cloud, "read-only"), newTenant);
  return permissionReport(cloud, await readPermissionUse(paths.permissions));
}

/** Starts the record anew. */
export async function forgetPermissionUse(home: string): Promise<void> {
  const paths = sandboxPaths(home);
  const owner = await currentOwner(paths.home, isAlive);
  if (owner !== undefined) await ask(owner, "POST", "/sandbox/permissions/forget");
  else await guarded(paths.home, () => rm(paths.permissions, { force: true }));
}
