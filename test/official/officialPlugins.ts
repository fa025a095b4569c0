/** Where this machine has the official azuread plugin: below OFFICIAL_PLUGINS, in the Pulumi home, or on PATH. */
import { accessSync, constants } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { standInPlugins } from "@defender-mssp/plugins";

const version = standInPlugins.find(({ name }) => name === "azuread")?.version ?? "";

export const officialPlugin = `the official azuread plugin ${version}`;
export const whereItWasLookedFor = "was not found below OFFICIAL_PLUGINS, in the Pulumi home or on PATH: skipped";

/** The user's environment with the plugin on PATH; undefined where this machine does not have it. */
export function withOfficialPlugin(): NodeJS.ProcessEnv | undefined {
  const home = process.env["PULUMI_HOME"] ?? path.join(homedir(), ".pulumi");
  const installed = [process.env["OFFICIAL_PLUGINS"] ?? "", path.join(home, "plugins")]
    .filter((plugins) => plugins !== "")
    .map((plugins) => path.join(plugins, `resource-azuread-v${version}`));
  const onPath = (process.env["PATH"] ?? "").split(path.delimiter).filter((item) => item !== "");
  const folder = [...installed, ...onPath].find((one) => isExecutable(path.join(one, "pulumi-resource-azuread")));
  if (folder === undefined) return undefined;
  return {
    ...process.env,
    PATH: `${folder}${path.delimiter}${process.env["PATH"] ?? ""}`,
    // The programs need no other plugin: an official one that is not here is not to be downloaded.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
