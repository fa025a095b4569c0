/** `mssp hunt` as people type it, over the customers of a project and over connection files. */
import assert from "node:assert/strict";
import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { detectionIntervalFor } from "@defender-mssp/testkit";
import { execa } from "execa";
import { exists } from "../../../../cli/stack/exists";
import { checkout } from "../../mssp";
import type { StackProject } from "../../pulumiStack";
import { clientSecret, createHuntProject, huntRows, tenants } from "./huntProject";

const count = "AlertInfo | summarize count()";

describe("mssp hunt", function () {
  let project: StackProject;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "mssp-hunt-"));
    project = await createHuntProject();
  });
  after(async () => {
    await project.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  /** @param file standard output, as a shell redirects it. */
  async function hunt(args: readonly string[], file: string, variables: NodeJS.ProcessEnv = {}) {
    const output = await open(file, "w");
    const { exitCode, stderr } = await execa(
      process.execPath,
      [path.join(checkout, "cli", "mssp.js"), "hunt", ...args],
      {
        cwd: project.folder,
        env: { ...project.environment, ...variables, NO_COLOR: "1" },
        extendEnv: false,
        reject: false,
        stdin: "ignore",
        // Execa's types have the descriptors of its own process only.
        stdout: output.fd as 1,
      },
    ).finally(() => output.close());
    assert.ok(!stderr.includes(clientSecret));
    assert.doesNotMatch(stderr, /^\s+at /m);
    return { exitCode, stderr };
  }

  it("100,000 rows: all are written, with a warning that the service may have left out more", async () => {
    const { cloud } = project.sandbox;
    const usual = cloud.detectionInterval;
    cloud.detectionInterval = detectionIntervalFor(110_000);
    try {
      const query = (rows: number) => `AlertInfo | project Severity | take ${rows}`;
      const most = await hunt(["--stack", "contoso", query(100_000)], path.join(folder, "most.jsonl"));
      assert.equal(most.exitCode, 0);
      assert.match(
        most.stderr,
        /^mssp: contoso: 100,000 rows: the service may have left out more\. Limit the query\.$/m,
      );
      assert.match(most.stderr, /^mssp: 100,000 rows from 1 of 1 customer\.$/m);
      assert.equal(huntRows(await readFile(path.join(folder, "most.jsonl"), "utf8")).length, 100_000);
      const fewer = await hunt(["--stack", "contoso", query(99_999), "--quiet"], path.join(folder, "fewer"));
      assert.deepEqual([fewer.exitCode, fewer.stderr], [0, ""]);
    } finally {
      cloud.detectionInterval = usual;
    }
  });

  it("--format csv: one header, and the tenant first in each row of every customer, in a file, too", async () => {
    const file = path.join(folder, "result.csv");
    const query = "AlertInfo | summarize count() by Severity";
    const { exitCode, stderr } = await hunt(
      ["--stack", "contoso", "--stack", "fabrikam", "--format", "csv", query],
      file,
    );
    assert.equal(exitCode, 0, stderr);
    const [header, ...rows] = (await readFile(file, "utf8")).trimEnd().split("\r\n");
    assert.equal(header, "tenantId,stack,Severity,count_");
    assert.match(stderr, new RegExp(`^mssp: ${rows.length} rows from 2 of 2 customers\\.$`, "m"));
    const customers = new Set(rows.map((row) => row.split(",").slice(0, 2).join()));
    assert.deepEqual(customers, new Set([`${tenants.contoso},contoso`, `${tenants.fabrikam},fabrikam`]));
  });

  it("a full disk is one error and no customer's; a reader that has gone is none", async () => {
    // Linux alone has it.
    if (await exists("/dev/full")) {
      const ended = await hunt(["--stack", "contoso*", "--parallel", "1", count], "/dev/full");
      assert.equal(ended.exitCode, 1, ended.stderr);
      assert.match(ended.stderr, /^mssp: Standard output can't be written: ENOSPC: [^\n]*$/);
    }
    const command = `"${process.execPath}" "${path.join(checkout, "cli", "mssp.js")}" hunt --stack contoso "AlertEvidence" | head -1`;
    const gone = await execa("bash", ["-o", "pipefail", "-c", command], {
      cwd: project.folder,
      env: project.environment,
      extendEnv: false,
      reject: false,
    });
    assert.equal(gone.exitCode, 0, gone.stderr);
    assert.equal(huntRows(gone.stdout).length, 1);
  });

  it("a service that does not answer is one error, with its exit code", async () => {
    // Not tried again, as a broken connection is: the certificate will not be trusted in a second.
    const none = await hunt(["--stack", "contoso", count], path.join(folder, "none.jsonl"), {
      NODE_EXTRA_CA_CERTS: undefined,
    });
    assert.equal(none.exitCode, 4);
    assert.match(none.stderr, /^mssp: contoso: GET https:\/\/127\.0\.0\.1:\d+\/metadata\/.* failed: .*certificate/m);
  });
});
