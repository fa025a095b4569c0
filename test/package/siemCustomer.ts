/** What the MSSP hands to its SIEM engineer for a customer of the sandbox. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { addDaemon, graphId } from "@defender-mssp/testkit";
import { mssp } from "../cli/mssp";
import { connectorOutputs, StackProject } from "../cli/pulumiStack";

export interface SiemCustomer {
  /** Written by `mssp connection`. */
  readonly connectionFile: string;
  readonly secretFile: string;
  readonly clientSecret: string;
  /** The sandbox's certificate, for NODE_EXTRA_CA_CERTS. */
  readonly certificateFile: string;
  dispose(): Promise<void>;
}

/** A sandbox with a connector that reads alerts and incidents. Writes the files into `folder`. */
export async function createSiemCustomer(folder: string): Promise<SiemCustomer> {
  const project = await StackProject.create();
  const { secret: clientSecret } = addDaemon(project.sandbox.cloud, {
    [graphId]: ["SecurityAlert.Read.All", "SecurityIncident.Read.All"],
  });
  await project.addStack("contoso", connectorOutputs(clientSecret));
  const connectionFile = path.join(folder, "contoso.json");
  const made = await mssp(["connection", "--stack", "contoso", "--out", connectionFile], {
    folder: project.folder,
    environment: project.environment,
  });
  assert.equal(made.exitCode, 0, made.stderr);
  const secretFile = path.join(folder, "contoso.secret");
  await writeFile(secretFile, `${clientSecret}\n`, { mode: 0o600 });
  const certificateFile = project.environment["NODE_EXTRA_CA_CERTS"] ?? "";
  return { connectionFile, secretFile, clientSecret, certificateFile, dispose: () => project.dispose() };
}
