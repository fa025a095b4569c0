/**
 * `npm run test:package`, too: what a SIEM engineer gets with the guide's own line, on a machine
 * with neither checkout, engine nor state.
 */
import assert from "node:assert/strict";
import { mkdir, readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { bytesOfFiles, checkout, Installation, type Ended } from "./installation";
import { createSiemCustomer, type SiemCustomer } from "./siemCustomer";

describe("the package on a SIEM engineer's machine", function () {
  this.timeout(600_000);

  let installation: Installation;
  let customer: SiemCustomer | undefined;
  let home: string;

  before(async () => {
    installation = await Installation.create();
    customer = await createSiemCustomer(installation.folder);
    home = path.join(installation.folder, "home");
    await mkdir(home);
    const guide = await readFile(path.join(checkout, "docs", "guides", "siem-engineer.md"), "utf8");
    const line = /^npm install --omit=dev .* \.\/vendor\/\*\.tgz$/m.exec(guide)?.[0];
    assert.ok(line, "the guide has a line that installs the package");
    await installation.copySiemTarballs(path.join(installation.folder, "vendor"));
    const installed = await installation.run(["sh", "-c", `${line} --no-audit --no-fund`]);
    assert.equal(installed.exitCode, 0, installed.stderr);
    const modules = path.join(installation.folder, "node_modules");
    const bytes = await bytesOfFiles(modules);
    process.stdout.write(
      `      @defender-mssp/siem, cold: ${(bytes / 1e6).toFixed(1)} MB of files, ${installed.seconds.toFixed(1)} s\n`,
    );
    assert.ok(bytes <= 25e6, `${bytes} bytes are installed`);
  });
  after(async () => {
    await customer?.dispose();
    await installation.dispose();
  });

  /** As the guide types it, with nothing of this process's environment but what finds npx. */
  const siem = (...args: readonly string[]): Promise<Ended> =>
    installation.run(["npx", "--no", "defender-mssp-siem", ...args], {
      environment: {
        HOME: home,
        PULUMI_HOME: path.join(home, "no-engine"),
        NODE_EXTRA_CA_CERTS: customer?.certificateFile ?? "",
        MSSP_CLIENT_SECRET_FILE: customer?.secretFile ?? "",
      },
    });
  const connection = ["--connection", "contoso.json"];

  it("has none of the packages that only a stack needs", async () => {
    const modules = path.join(installation.folder, "node_modules");
    const ours = await readdir(path.join(modules, "@defender-mssp"));
    assert.deepEqual(ours.sort(), ["errors", "microsoft", "siem", "terminal"]);
    const all = await readdir(modules);
    for (const name of ["@pulumi", "pulumi", "@grpc", "typescript", "esbuild"]) assert.ok(!all.includes(name), name);
  });

  it("verify, alerts and incidents read the customer's tenant", async () => {
    const verified = await siem("verify", ...connection);
    assert.equal(verified.exitCode, 0, `${verified.stdout}\n${verified.stderr}`);
    assert.match(verified.stdout, /✓ {2}alerts from Microsoft Graph/);
    for (const [command, kind] of [
      ["alerts", "alert"],
      ["incidents", "incident"],
    ] as const) {
      const pull = [command, ...connection, "--since", "P30D", "--checkpoint", `${command}.checkpoint`, "--quiet"];
      const first = await siem(...pull);
      assert.equal(first.exitCode, 0, first.stderr);
      const lines = first.stdout.trim().split("\n");
      assert.ok(lines.length > 1, first.stdout);
      for (const line of lines) assert.equal(typeof JSON.parse(line), "object", kind);
      const again = await siem(...pull);
      assert.deepEqual([again.exitCode, again.stdout], [0, ""], again.stderr);
    }
  });

  it("token and siem-config need no engine, and store no secret that nobody asked for", async () => {
    const token = await siem("token", ...connection, "--client-credentials");
    assert.match(token.stdout, /^Access token for graph: valid until /, token.stderr);
    // ArcSight reads the legacy API, which this connector may not.
    for (const product of ["splunk", "sentinel", "elastic"]) {
      const written = await siem("siem-config", product, ...connection, "--out", product);
      assert.equal(written.exitCode, 0, written.stderr);
      assert.ok(customer);
      for (const name of await readdir(path.join(installation.folder, product), { recursive: true })) {
        const file = path.join(installation.folder, product, name);
        if ((await stat(file)).isFile())
          assert.ok(!(await readFile(file, "utf8")).includes(customer.clientSecret), file);
      }
    }
  });

  it("a stack is a usage error: this program knows connection files only", async () => {
    const { exitCode, stderr } = await siem("alerts", "--stack", "contoso");
    assert.equal(exitCode, 2);
    assert.match(stderr, /unknown option '--stack'/);
  });
});
