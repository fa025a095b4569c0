/** The unit and the container file of `templates/siem`. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { checkout } from "../cli/mssp";

const folder = path.join(checkout, "templates", "siem");
const unitFile = path.join(folder, "mssp-alerts@.service");

describe("templates/siem", () => {
  it("the unit is one that systemd accepts, and is hardened (systemd-analyze)", async function () {
    const { exitCode: isMissing } = await execa("systemd-analyze", ["--version"], { reject: false });
    if (isMissing !== 0) this.skip();
    const temporary = await mkdtemp(path.join(tmpdir(), "mssp-unit-"));
    try {
      // Verifying needs an instance, and programs that exist.
      const instance = path.join(temporary, "mssp-alerts@contoso.service");
      await writeFile(instance, (await readFile(unitFile, "utf8")).replace("/usr/bin/node", process.execPath));
      const verified = await execa("systemd-analyze", ["verify", instance], { reject: false, all: true });
      assert.equal(verified.exitCode, 0, verified.all);
      assert.doesNotMatch(verified.all, /mssp-alerts/, "a warning about the unit");
      // From 0.0 (hardened) to 10.0; "exposed" begins at 5.0. The threshold is in tenths.
      const options = ["security", "--offline=true", "--threshold=15", instance];
      const { exitCode, all } = await execa("systemd-analyze", options, { reject: false, all: true });
      assert.equal(exitCode, 0, all.split("\n").slice(-2).join("\n"));
    } finally {
      await rm(temporary, { recursive: true });
    }
  });
});
