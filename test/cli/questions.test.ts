/** Commands that ask a person: each with nobody, with an answer, and with Ctrl-C. */
import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { stringify } from "yaml";
import { requiredSettings } from "../settings/required";
import { inSession } from "./testSession";

describe("cli: questions to a person", () => {
  let folder: string;
  beforeEach(async () => {
    folder = newFolder();
    await mkdir(path.join(folder, "customers"));
    await writeFile(path.join(folder, "Pulumi.yaml"), "name: acme\nruntime: nodejs\nstackConfigDir: customers\n");
  });

  async function addCustomer(stack: string): Promise<void> {
    const entries = Object.entries({ ...requiredSettings, analysts: [] }).map(([key, value]) => [`acme:${key}`, value]);
    const text = stringify({ config: Object.fromEntries(entries) as object });
    await writeFile(path.join(folder, "customers", `Pulumi.${stack}.yaml`), text);
  }

  it("fleet refresh: requires --yes without a terminal; no is no", async () => {
    await addCustomer("contoso");
    const refresh = (answers?: readonly unknown[]) => inSession(["fleet", "refresh"], { folder, answers });
    const nobody = await refresh();
    assert.equal(nobody.exitCode, 2);
    assert.match(nobody.stderr, /refresh requires --yes without a terminal/);
    const no = await refresh([false]);
    assert.equal(no.exitCode, 1);
    assert.match(no.stderr, /^refresh of 1 stack \(contoso\)\?\nmssp: Nothing was run\.$/);
  });

  it("offboard: requires --yes without a terminal", async () => {
    await addCustomer("contoso");
    const { exitCode, stderr } = await inSession(["offboard", "--stack", "contoso"], { folder });
    assert.equal(exitCode, 1);
    assert.match(stderr, /--yes/);
  });

  const answers = [
    "Contoso",
    "contoso.com",
    requiredSettings.tenantId,
    "public",
    "Fabrikam Security",
    requiredSettings.msspTenantId,
    "Ana Silva <ana@fabrikam.example>",
    "basic",
    "soc@fabrikam.example",
    "",
    "write",
  ];

  it("new: asks for what is missing, and for nothing else", async () => {
    const { exitCode, stderr } = await inSession(["new", "contoso", "--no-check"], { folder, answers });
    assert.equal(exitCode, 0, stderr);
    const text = await readFile(path.join(folder, "customers", "Pulumi.contoso.yaml"), "utf8");
    assert.match(text, /acme:customerName: Contoso/);
    assert.match(text, /acme:portalAccess: basic/);
    const args = ["new", "tailwind", "--no-check", "--set", "customerName=Tailwind", "cloud=public"];
    const second = await inSession(args, {
      folder,
      answers: answers.filter((answer) => answer !== "Contoso" && answer !== "public"),
    });
    assert.equal(second.exitCode, 0, second.stderr);
  });

  it("new: Ctrl-C at any question writes nothing", async () => {
    for (let at = 0; at < answers.length; at++) {
      const given = [...answers.slice(0, at), undefined];
      const { exitCode, stderr } = await inSession(["new", "contoso", "--no-check"], { folder, answers: given });
      assert.equal(exitCode, 1);
      assert.match(stderr, /^mssp: Nothing was written\.$/m);
    }
    assert.deepEqual(await readdir(path.join(folder, "customers")), []);
  });
});
