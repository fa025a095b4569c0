/**
 * A stand-in, azuread's or another, in a process of its own, on a sandbox in this process that
 * notes every request.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { commandEnvironment, startSandbox, type OwnSandbox } from "../../src/server";
import type { Tenant } from "../../src/cloud/model";
import { PluginClient } from "./pluginClient";
import { startPlugin } from "./pluginProcess";

/** The customer of the tests. */
export const tenantId = "c0570500-0000-4000-8000-00000000000a";

export interface SandboxPlugin {
  readonly client: PluginClient;
  readonly sandbox: OwnSandbox;
  readonly tenant: Tenant;
  /** What the plugin needs in its environment. */
  readonly environment: NodeJS.ProcessEnv;
  /** The requests since the last call, as `GET /v1.0/users/{user}`: IDs by the names given. */
  requests(names?: Readonly<Record<string, string>>): string[];
  /** The bodies of Graph's requests since the last call, parsed. */
  bodies(): Record<string, unknown>[];
  stop(): Promise<void>;
}

/** `settings`: more of what the plugin needs in its environment. */
export async function startSandboxPlugin(
  name = "azuread",
  settings: Readonly<Record<string, string>> = { ARM_TENANT_ID: tenantId },
): Promise<SandboxPlugin> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "mssp-plugins-"));
  const lines: string[] = [];
  const bodies: Record<string, unknown>[] = [];
  const sandbox = await startSandbox({
    sharesSigningKey: true,
    home,
    log: (line) => lines.push(line),
    observe: ({ request }) => {
      if (Buffer.isBuffer(request) && request.length > 0) {
        bodies.push(JSON.parse(request.toString("utf8")) as Record<string, unknown>);
      }
    },
  });
  const variables = commandEnvironment(await sandbox.environment());
  const environment = { ...variables, ...settings };
  const plugin = await startPlugin(home, name, environment);
  const client = PluginClient.at(plugin.port, name);
  await client.configure({});
  lines.length = 0;
  return {
    client,
    sandbox,
    environment,
    tenant: sandbox.cloud.tenant(tenantId),
    requests: (names = {}) => lines.splice(0).map((line) => readable(line, names)),
    bodies: () => bodies.splice(0),
    async stop() {
      await client.stop();
      await plugin.stop();
      await sandbox.stop();
      fs.rmSync(home, { recursive: true });
    },
  };
}

/** `GET /v1.0/users/6f…?$filter=… 200 1 ms` without what changes from run to run. */
function readable(line: string, names: Readonly<Record<string, string>>): string {
  const [method = "", address = ""] = line.split(" ");
  let text = `${method} ${decodeURIComponent(address)}`;
  for (const [name, id] of Object.entries(names)) text = text.replaceAll(id, `{${name}}`);
  return text;
}
