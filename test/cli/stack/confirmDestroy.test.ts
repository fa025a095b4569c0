import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import { confirmDestroy } from "../../../cli/stack/confirmDestroy";
import { Repository } from "../ci/repository";

describe("the confirmation of a destroy", function () {
  let repository: Repository;
  before(async () => (repository = await Repository.create()));

  const confirm = (stack: string, typed: string) => confirmDestroy({ stack, typed, folder: repository.folder });
  const refused = (promise: Promise<unknown>, pattern: RegExp) =>
    assert.rejects(promise, (error) => error instanceof VisibleError && pattern.test(error.message));

  it("the confirmation is exactly the stack's name", async () => {
    assert.deepEqual(await confirm("contoso", "contoso"), { stack: "contoso", settingsFrom: undefined });
    for (const typed of ["", "Contoso", "contoso ", " contoso", "contoso\n", "tailwind", "yes", "cоntoso"])
      await refused(confirm("contoso", typed), /^Nothing is destroyed: the confirmation must be/);
  });

  it("never prints the typed text, which may be a password", () =>
    refused(confirm("contoso", "letmein"), /^(?!.*letmein)/s));

  it("refuses an invalid stack name, even if typed twice", async () => {
    for (const name of ["", "../x", "-x", "a b", "$(id)", "a\nb"])
      await refused(confirm(name, name), /can't be a stack's name/);
  });

  it("requires the settings, from git's history where the file is deleted", async () => {
    const last = await repository.commit({ "Pulumi.contoso.yaml": "config:\n  a: the last\n" });
    await repository.commit({ "Pulumi.contoso.yaml": undefined });
    await repository.commit({ "docs/ci.md": "later\n" });
    assert.deepEqual(await confirm("contoso", "contoso"), { stack: "contoso", settingsFrom: last });
    const restored = await readFile(path.join(repository.folder, "Pulumi.contoso.yaml"), "utf8");
    assert.equal(restored, "config:\n  a: the last\n");
  });

  it("reports settings that no commit ever had", () =>
    refused(confirm("nobody", "nobody"), /git's history here has none/));
});
