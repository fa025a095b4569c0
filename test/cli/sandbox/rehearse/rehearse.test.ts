/** `mssp rehearse` as people run them, on a sandbox. */
import assert from "node:assert/strict";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Rehearsal } from "@defender-mssp/sandbox";
import { sandboxCustomerTenantId, temporarySandbox, newFolder } from "@defender-mssp/testkit";
import { checkout } from "../../mssp";
import { inSession } from "../../testSession";

describe("mssp rehearse", () => {
  it("writes a file that --show prints again, says each step before it, and refuses a changed file", async () => {
    const folder = newFolder();
    for (const file of ["Pulumi.yaml", "Pulumi.dev.yaml"])
      await copyFile(path.join(checkout, file), path.join(folder, file));
    const sandbox = await temporarySandbox();
    try {
      const { variables } = await sandbox.environment({ user: {} });
      const run = (...args: string[]) => inSession(args, { folder, environment: variables });
      const { exitCode, stdout, stderr } = await run("rehearse", "--stack", "dev");
      assert.equal(exitCode, 0, stderr);
      assert.match(stdout, /^✓ +\d\d +answered as the sandbox does$/m);
      assert.match(stdout, /^– +0 +answered otherwise$/m);
      assert.match(stderr, /A rehearsal signs in to the tenant .* changes nothing[^]*Sign-in[^]*Microsoft Graph/);
      const text = await readFile(path.join(folder, "rehearsal", "rehearsal.json"), "utf8");
      assert.ok(text.length < 20_000, `${text.length} bytes are more than a person reads`);
      assert.ok(!/contoso/i.test(text) && !text.includes(sandboxCustomerTenantId));
      const shown = await run("rehearse", "--show", "rehearsal/rehearsal.json");
      assert.equal(shown.stdout, stdout.slice(0, stdout.indexOf("\n\nWritten")));
      assert.deepEqual([shown.stderr, shown.exitCode], ["", 0]);
      const none = await run("rehearse");
      assert.deepEqual([none.exitCode, /required option '--stack <stack>'/.test(none.stderr)], [2, true]);

      const differences = [{ at: "value[].mail", service: "absent", sandbox: "text" }];
      const rehearsal = JSON.parse(text) as Rehearsal;
      rehearsal.different.push({ route: "GET /v1.0/users", differences, more: 2 });
      await writeFile(path.join(folder, "other.json"), JSON.stringify(rehearsal));
      const other = await run("rehearse", "--show", "other.json");
      assert.match(
        other.stdout,
        /would have to change:\n\nGET .*users\n {2}value\[\].mail +leave it out\n {2}2 further/,
      );
      await writeFile(path.join(folder, "other.json"), JSON.stringify({ ...rehearsal, on: "\u001b[31m" }));
      const refused = await run("rehearse", "--show", "other.json");
      assert.deepEqual([refused.exitCode, refused.stdout], [1, ""]);
      assert.match(refused.stderr, /other.json is not one that `npx mssp rehearse` wrote: on \(/);
    } finally {
      await sandbox.stop();
    }
  });
});
