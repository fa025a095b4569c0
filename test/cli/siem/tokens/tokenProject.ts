/** A project in a sandbox, with a connector whose redirect URIs are registered, for tests of `mssp token`. */
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { addDaemon, contoso, type Daemon, daemonId, graphId } from "@defender-mssp/testkit";
import { secret, StackProject } from "../../pulumiStack";

export const redirectUri = "https://contoso.com/SiemMsspConnector";

export interface TokenProject {
  readonly project: StackProject;
  readonly connector: Daemon;
  readonly loopbackRedirectUri: string;
  /** Outputs of a stack whose connector has a secret. */
  readonly outputs: object;
}

/** With the stacks `contoso`, whose connector has a secret, and `certificate`. */
export async function createTokenProject(options: Parameters<typeof StackProject.create>[0]): Promise<TokenProject> {
  const project = await StackProject.create(options);
  const loopbackRedirectUri = `http://localhost:${await freePort()}/signed-in`;
  const connector = addDaemon(project.sandbox.cloud, { [graphId]: ["SecurityAlert.Read.All"] });
  connector.application["web"] = { redirectUris: [redirectUri, loopbackRedirectUri] };
  const withoutSecret = {
    tenantId: contoso,
    clientId: daemonId,
    clientSecretExpiresOn: "2099-01-01T00:00:00Z",
    redirectUri,
    loopbackRedirectUri,
  };
  const alertApis = ["legacySiem", "graph"];
  const outputs = {
    ...withoutSecret,
    clientSecret: secret(connector.secret),
    connector: { kind: "customerApp", credential: "secret", alertApis },
  };
  await project.addStack("contoso", outputs);
  await project.addStack("certificate", {
    ...withoutSecret,
    connector: { kind: "customerApp", credential: "certificate", alertApis },
  });
  return { project, connector, loopbackRedirectUri, outputs };
}

async function freePort(): Promise<number> {
  const server = http.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
