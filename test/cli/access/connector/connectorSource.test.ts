import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { processSession } from "@defender-mssp/terminal/processSession";
import { parsedOptions } from "@defender-mssp/siem/testing";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { stacksAndConnectionFiles } from "../../../../cli/access/connector/connectorSource";

describe("the options --stack and --connection", () => {
  const run = (...args: string[]) => parsedOptions(stacksAndConnectionFiles, "many", args);

  it("are given exactly once, also beside --all", () => {
    const refused = "error: use exactly one of --stack <pattern>, --all, --connection <file>, --connections <folder>";
    assert.equal(run("--stack", "contoso"), '{"stack":["contoso"]}');
    assert.equal(run("--connection", "contoso.json"), '{"connection":["contoso.json"]}');
    assert.equal(run("--all"), '{"all":true}');
    assert.equal(run(), refused);
    assert.equal(run("--stack", "contoso", "--connection", "contoso.json"), refused);
    assert.equal(run("--stack", "contoso", "--all"), refused);
  });

  it("--all: a project without a customer says which stacks count as none, and how to add one", async () => {
    const folder = newFolder();
    await writeFile(path.join(folder, "Pulumi.yaml"), "name: customers\nruntime: nodejs\n");
    for (const stack of ["dev", "sandbox-two"])
      await writeFile(path.join(folder, `Pulumi.${stack}.yaml`), "config: {}\n");
    const all = (options: object) =>
      stacksAndConnectionFiles.many({ all: true, ...options }, { ...processSession(), folder });
    await assert.rejects(all({}), {
      message:
        'This project has no customer: "dev" and "sandbox-*" are stacks of the sandbox. Name a stack by --stack, or add a customer: npx mssp new',
    });
    await assert.rejects(all({ tag: ["tier=gold"] }), { message: "No customer has the tag tier=gold." });
  });
});
