/** A stand-in, azuread's or another, on a sandbox that notes every request: both in this process. */
import { trustCertificates, newFolder } from "@defender-mssp/testkit";
import { commandEnvironment, startSandbox, type OwnSandbox, type ReplicaOptions } from "@defender-mssp/sandbox";
import type { Tenant } from "@defender-mssp/testkit";
import { azureNativeProvider } from "../src/azureNative/provider";
import { azureadProvider } from "../src/azuread/provider";
import { standInPlugins } from "../src/standInPlugins";
import { PluginClient } from "./pluginClient";

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

const providers = { azuread: azureadProvider, "azure-native": azureNativeProvider };

/** `settings`: more of what the plugin needs in its environment. */
export async function startSandboxPlugin(
  name: keyof typeof providers = "azuread",
  settings: Readonly<Record<string, string>> = { ARM_TENANT_ID: tenantId },
  replicas?: ReplicaOptions,
): Promise<SandboxPlugin> {
  const home = newFolder();
  const lines: string[] = [];
  const bodies: Record<string, unknown>[] = [];
  const sandbox = await startSandbox({
    sharesSigningKey: true,
    home,
    ...(replicas === undefined ? {} : { replicas }),
    log: (line) => lines.push(line),
    observe: ({ request }) => {
      if (Buffer.isBuffer(request) && request.length > 0) {
        bodies.push(JSON.parse(request.toString("utf8")) as Record<string, unknown>);
      }
    },
  });
  const variables = commandEnvironment(await sandbox.environment());
  const environment = { ...variables, ...settings };
  trustCertificates(environment.NODE_EXTRA_CA_CERTS);
  const version = standInPlugins.find((plugin) => plugin.name === name)?.version ?? "";
  const provider = providers[name](version, environment);
  const client = await PluginClient.over(provider);
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
      provider.cancel();
      await client.stop();
      await sandbox.stop();
    },
  };
}

/** `GET /v1.0/users/6f…?$filter=… 200 1 ms` without what changes from run to run. */
function readable(line: string, names: Readonly<Record<string, string>>): string {
  const [method = "", address = ""] = line.split(" ");
  let text = `${method} ${decodeURIComponent(address)}`;
  for (const [name, id] of Object.entries(names)) {
    // The whole ID only: a random one may contain `Web`, which is the ID of redirect URIs.
    text = text.replaceAll(id, (found, at: number, whole: string) =>
      /[\w-]/.test((whole[at - 1] ?? "") + (whole[at + id.length] ?? "")) ? found : `{${name}}`,
    );
  }
  return text;
}
