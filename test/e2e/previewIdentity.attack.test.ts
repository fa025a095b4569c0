import assert from "node:assert/strict";
import type { SandboxProject } from "@defender-mssp/testkit";
import { createProject, customer, msspOn } from "./support";
import { startAzurite, type BlobServer } from "../cli/ci/azurite";

/**
 * A pull request runs code that nobody has reviewed. The identity of its preview must not be able
 * to write a customer's state.
 */
describe("cli/ci/previewIdentity: the preview identity writes the state", function () {
  this.timeout(600_000);

  let server: BlobServer | undefined;
  let project: SandboxProject;

  before(async function () {
    server = await startAzurite();
    if (server === undefined) {
      console.log("      skipped: npm's registry has no Azurite for this machine");
      this.skip();
    }
    project = await createProject();
    await project.writeSettings("contoso", customer(0x51));
    const writer = as(server, "rwdlac");
    for (const args of [
      ["stack", "init", "contoso"],
      ["up", "--stack", "contoso", "--yes", "--skip-preview"],
    ]) {
      const { exitCode, stdout, stderr } = await project.run(args, writer);
      assert.equal(exitCode, 0, stdout + stderr);
    }
  });
  after(async () => {
    await server?.stop();
    await (project as SandboxProject | undefined)?.dispose();
  });

  const as = ({ backendUrl, signature }: BlobServer, permissions: string) => ({
    PULUMI_BACKEND_URL: backendUrl,
    AZURE_STORAGE_ACCOUNT: "msspstate",
    AZURE_STORAGE_SAS_TOKEN: signature(permissions),
  });

  it("previews and drift checks work with the right to read blobs only", async () => {
    for (const flags of [[], ["--refresh"]]) {
      const { exitCode, stdout, stderr } = await project.run(
        ["preview", "--stack", "contoso", "--expect-no-changes", ...flags],
        as(server!, "rl"),
      );
      assert.equal(exitCode, 0, stdout + stderr);
    }
  });

  it("`mssp ci preview`, also with --drift, works with the right to read blobs only", async () => {
    for (const flags of [[], ["--drift"]]) {
      const args = ["ci", "preview", "--stack", "contoso", "--json", ...flags];
      const { exitCode, stdout, stderr } = await msspOn(project, args, as(server!, "rl"));
      assert.equal(exitCode, 0, stdout + stderr);
      const { changes } = JSON.parse(stdout) as { readonly changes: readonly object[] };
      assert.deepEqual(changes, []);
    }
  });

  it("each write is refused by the server and reported by the engine", async () => {
    const reader = as(server!, "rl");
    const state = await project.run(["stack", "export", "--stack", "contoso"], reader);
    assert.equal(state.exitCode, 0);
    for (const method of ["PUT", "DELETE"]) {
      const { status } = await server!.request(method, "/.pulumi/stacks/defender-mssp/contoso.json", "rl");
      assert.equal(status, 403, method);
    }
    // The engine's blob library panics on a refused write: only that it fails is promised.
    for (const args of [
      ["up", "--yes", "--skip-preview"],
      ["refresh", "--yes", "--skip-preview"],
      ["stack", "rm", "--yes", "--force"],
    ]) {
      const { exitCode } = await project.run([...args, "--stack", "contoso"], reader);
      assert.notEqual(exitCode, 0, args.join(" "));
    }
    const after = await project.run(["stack", "export", "--stack", "contoso"], reader);
    assert.equal(after.stdout, state.stdout);
    // The same requests with the right to write: it is the signature that was refused.
    const { status } = await server!.request("PUT", "/probe", "rwdlac");
    assert.equal(status, 201);
  });
});
