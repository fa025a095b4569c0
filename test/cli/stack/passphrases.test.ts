import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { fitsPassphrase, passphraseVariables } from "../../../cli/stack/passphrases";

/** Of Pulumi.dev.yaml: written by the engine for the passphrase "sandbox". */
const salt = "v1:J0vp6mVeKcM=:v1:zCmgxLNXtNCivnC2:2UmUaFr1Uta2voxcLzKtz3AYxJeGrQ==";

describe("passphrases of a fleet", () => {
  const folder = newFolder();

  before(async () => {
    for (const stack of ["a", "b"])
      await writeFile(path.join(folder, `Pulumi.${stack}.yaml`), `encryptionsalt: ${salt}\n`);
    await writeFile(path.join(folder, "Pulumi.cloud.yaml"), "secretsprovider: azurekeyvault://x\n");
    await writeFile(path.join(folder, "b"), "sandbox\n");
  });
  const project = () => ({ folder, name: "defender-mssp", stackConfigDir: "" });

  it("are recognized by the salt that the engine wrote", async () => {
    assert.equal(await fitsPassphrase(salt, "sandbox"), true);
    assert.equal(await fitsPassphrase(salt, "Sandbox"), false);
  });

  it("are asked for once for all stacks that they fit", async () => {
    const questions: string[] = [];
    const answers = ["wrong", "sandbox"];
    const ask = (question: string) => {
      questions.push(question);
      return Promise.resolve(answers.shift() ?? "");
    };
    const found = await passphraseVariables(["a", "b", "cloud"], { project: project(), environment: {}, ask });
    assert.deepEqual(questions, ["Passphrase of a, b: ", "Passphrase of a, b: "]);
    const expected = { PULUMI_CONFIG_PASSPHRASE: "sandbox" };
    assert.deepEqual(Object.fromEntries(found), { a: expected, b: expected });
  });

  it("come from a folder of files, and the environment's are left to the engine", async () => {
    const options = { project: project(), environment: { PULUMI_CONFIG_PASSPHRASE: "x" }, passphraseFolder: folder };
    const found = await passphraseVariables(["a", "b"], options);
    assert.deepEqual(Object.fromEntries(found), { b: { PULUMI_CONFIG_PASSPHRASE: "sandbox" } });
    const nowhere = { ...options, passphraseFolder: path.join(folder, "nowhere") };
    await assert.rejects(passphraseVariables(["a"], nowhere), /--passphrase-folder .*nowhere: there is no such folder/);
    await assert.rejects(
      passphraseVariables(["."], options),
      /^VisibleError: The passphrase file can't be read: it is a folder/,
    );
  });

  it("are required where nobody can be asked; no message quotes one", async () => {
    await assert.rejects(passphraseVariables(["a", "b"], { project: project(), environment: {} }), VisibleError);
    const ask = () => Promise.resolve("hunter2");
    await assert.rejects(passphraseVariables(["a"], { project: project(), environment: {}, ask }), (error: unknown) => {
      assert.ok(error instanceof VisibleError);
      assert.ok(!error.message.includes("hunter2"));
      return true;
    });
  });
});
