import assert from "node:assert/strict";
import { inSession } from "../../testSession";
import { permissionsToAdopt } from "../../../../domain/prerequisites";

describe("mssp adopt --help --all", () => {
  it("names the permissions that the reference names, and none that writes", async () => {
    const { stdout } = await inSession(["adopt", "--help", "--all"]);
    const text = stdout.replace(/\s+/g, " ");
    for (const permission of permissionsToAdopt) assert.ok(text.includes(permission), permission);
    assert.doesNotMatch(text, /ReadWrite/);
  });
});

describe("mssp adopt --mssp-domain", () => {
  it("is refused where --set analystDomains says something else", async () => {
    const domains = ["--mssp-domain", "mssp.example", "--set", "analystDomains=soc.example"];
    const { exitCode, stderr } = await inSession(["adopt", "contoso", ...domains]);
    assert.equal(exitCode, 1);
    assert.match(stderr, /--mssp-domain "mssp\.example" and --set analystDomains="soc\.example" differ/);
  });
});
