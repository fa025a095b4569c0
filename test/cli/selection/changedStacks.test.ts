import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import { changedStacks, touchesNothing, type GitRange } from "../../../cli/selection/changedStacks";
import { matchesPattern } from "../../../cli/stack/stackNames";
import { Repository } from "../ci/repository";

describe("stacks that a range of commits touches", function () {
  let repository: Repository;
  let before: string;

  beforeEach(async () => {
    repository = await Repository.create();
    before = await repository.git("rev-parse", "HEAD");
  });

  const touched = (options: Partial<GitRange> = {}) =>
    changedStacks({ folder: repository.folder, from: before, to: "HEAD", ...options });

  it("a changed settings file selects its stack", async () => {
    await repository.commit({ "Pulumi.contoso.yaml": "config:\n  a: other\n" });
    assert.deepEqual(await touched(), { stacks: ["contoso"], deleted: [], excluded: [], everyStackBecause: undefined });
  });

  it("a new settings file selects its stack", async () => {
    await repository.commit({ "Pulumi.woodgrove.yaml": "config: {}\n", "docs/ci.md": "# changed\n" });
    assert.deepEqual((await touched()).stacks, ["woodgrove"]);
  });

  for (const file of [
    "index.ts",
    "package-lock.json",
    "Pulumi.yaml",
    "components/new.ts",
    "policy/rule.ts",
    "unknown",
    ".ci/run",
  ]) {
    it(`a change of ${file} selects all stacks except the sandbox's`, async () => {
      await repository.commit({ [file]: "changed\n", "Pulumi.contoso.yaml": "config:\n  a: other\n" });
      assert.deepEqual(await touched(), {
        stacks: ["contoso", "tailwind"],
        deleted: [],
        excluded: ["dev", "sandbox-basic"],
        everyStackBecause: file,
      });
    });
  }

  it("settings files are found in stackConfigDir only", async () => {
    await repository.commit({ "Pulumi.yaml": "name: mssp\nstackConfigDir: ./customers/\n" });
    await repository.commit({ "customers/Pulumi.contoso.yaml": "config: {}\n", "customers/Pulumi.adatum.yaml": "" });
    const [before, change] = [
      await repository.git("rev-parse", "HEAD"),
      { "customers/Pulumi.contoso.yaml": "config:\n  a: b\n" },
    ];
    await repository.commit(change);
    assert.deepEqual((await touched({ from: before })).stacks, ["contoso"]);
    assert.deepEqual((await touched({ from: undefined })).stacks, ["adatum", "contoso"]);
  });

  it("a file that settings name by analystsFrom selects the stacks that name it, also where it was deleted", async () => {
    const named = (file: string) => `config:\n  mssp:analystsFrom: ${file}\n`;
    await repository.commit({
      "Pulumi.contoso.yaml": named("teams/soc.yaml"),
      "Pulumi.adatum.yaml": named("teams/soc.yaml"),
      "Pulumi.litware.yaml": named("teams/night.yaml"),
      "teams/soc.yaml": "[]\n",
      "teams/unnamed.yaml": "[]\n",
    });
    const from = await repository.git("rev-parse", "HEAD");
    await repository.commit({ "teams/soc.yaml": "- { email: ana@fabrikam.example, displayName: Ana }\n" });
    const shared = await touched({ from });
    assert.deepEqual([shared.stacks, shared.everyStackBecause], [["adatum", "contoso"], undefined]);
    const changed = await repository.git("rev-parse", "HEAD");
    await repository.git("rm", "-q", "teams/soc.yaml");
    await repository.git("commit", "-q", "-m", "delete");
    assert.deepEqual((await touched({ from: changed })).stacks, ["adatum", "contoso"]);
    await repository.commit({ "teams/unnamed.yaml": "- {}\n" });
    assert.equal((await touched({ from: changed })).everyStackBecause, "teams/unnamed.yaml");
  });

  it("a change of documents or tests selects no stack", async () => {
    await repository.commit({
      "docs/ci.md": "# changed\n",
      "README.md": "changed\n",
      "policy/README.md": "changed\n",
      "test/settings/settings.test.ts": "changed\n",
      "packages/sandbox/src/graph/route.ts": "changed\n",
      LICENSE: "changed\n",
    });
    assert.deepEqual((await touched()).stacks, []);
  });

  it("in a repository of customers, which has no launcher.js, a change of code in any folder selects all stacks", async () => {
    await repository.commit({ "launcher.js": undefined });
    const from = await repository.git("rev-parse", "HEAD");
    for (const file of ["test/shared.ts", "docs/table.json", "dev/roles.ts"]) {
      await repository.commit({ [file]: "changed\n", "docs/ci.md": "# changed\n" });
      const { stacks, everyStackBecause } = await touched({ from });
      assert.deepEqual([stacks, everyStackBecause], [["contoso", "tailwind"], file]);
      await repository.git("reset", "--quiet", "--hard", from);
    }
  });

  it("the sandbox's own stacks are listed as excluded, not selected", async () => {
    await repository.commit({ "Pulumi.dev.yaml": "changed: 1\n", "Pulumi.sandbox-basic.yaml": "changed: 1\n" });
    const { stacks, excluded } = await touched();
    assert.deepEqual([stacks, excluded], [[], ["dev", "sandbox-basic"]]);
  });

  it("--stack replaces the default, and leaves out all other stacks", async () => {
    await repository.commit({ "index.ts": "changed\n" });
    assert.deepEqual((await touched({ only: ["con*", "dev"] })).stacks, ["contoso", "dev"]);
    assert.deepEqual((await touched({ only: ["tailwind"] })).stacks, ["tailwind"]);
  });

  it("a deleted settings file selects the stack for destroy, not for up", async () => {
    await repository.commit({ "Pulumi.contoso.yaml": undefined, "index.ts": "changed\n" });
    const { stacks, deleted } = await touched();
    assert.deepEqual([stacks, deleted], [["tailwind"], ["contoso"]]);
  });

  it("a renamed file is one deleted and one new stack", async () => {
    await repository.commit({ "Pulumi.contoso.yaml": undefined, "Pulumi.contoso2.yaml": "config:\n  a: contoso\n" });
    const { stacks, deleted } = await touched();
    assert.deepEqual([stacks, deleted], [["contoso2"], ["contoso"]]);
  });

  it("a stack that was deleted and created again is listed once", async () => {
    await repository.commit({ "Pulumi.contoso.yaml": undefined });
    await repository.commit({ "Pulumi.contoso.yaml": "config:\n  a: again\n" });
    const { stacks, deleted } = await touched();
    assert.deepEqual([stacks, deleted], [["contoso"], []]);
  });

  it("ignores later commits on the branch that the change left", async () => {
    await repository.git("checkout", "--quiet", "-b", "change");
    await repository.commit({ "Pulumi.contoso.yaml": "changed: 1\n" });
    await repository.git("checkout", "--quiet", "main");
    await repository.commit({ "Pulumi.tailwind.yaml": "changed: 1\n" });
    assert.deepEqual((await touched({ from: "main", to: "change" })).stacks, ["contoso"]);
  });

  it("includes the commits of a merge", async () => {
    await repository.git("checkout", "--quiet", "-b", "change");
    await repository.commit({ "Pulumi.contoso.yaml": "changed: 1\n" });
    await repository.git("checkout", "--quiet", "main");
    await repository.commit({ "docs/ci.md": "changed\n" });
    await repository.git("merge", "--quiet", "--no-ff", "change", "--message", "merge");
    assert.deepEqual((await touched()).stacks, ["contoso"]);
    assert.deepEqual((await touched({ from: "HEAD^1" })).stacks, ["contoso"]);
  });

  it("compares commits, not the work tree", async () => {
    await repository.commit({ "Pulumi.contoso.yaml": "changed: 1\n" });
    await writeFile(path.join(repository.folder, "index.ts"), "not committed\n");
    await writeFile(path.join(repository.folder, "Pulumi.other.yaml"), "not committed\n");
    assert.deepEqual((await touched()).stacks, ["contoso"]);
  });

  it("without a commit to compare all stacks are selected", async () => {
    for (const from of [undefined, "0".repeat(40)])
      assert.deepEqual((await touched({ from })).stacks, ["contoso", "tailwind"]);
  });

  it("names a missing commit, and the remedy", async () => {
    for (const range of [{ from: "nowhere" }, { to: "nowhere" }, { from: "--output=/tmp/x" }, { to: "--output=x" }]) {
      await assert.rejects(
        touched(range),
        (error) => error instanceof VisibleError && /fetch-depth: 0/.test(error.message),
      );
    }
  });

  for (const name of [
    "Pulumi.$(id).yaml",
    "Pulumi.-x.yaml",
    "Pulumi.a b.yaml",
    "Pulumi.a\nb.yaml",
    'Pulumi.a".yaml',
    "Pulumi...yaml",
  ]) {
    it(`refuses an invalid stack file name: ${JSON.stringify(name)}`, async () => {
      await repository.commit({ [name]: "config: {}\n" });
      await assert.rejects(
        touched(),
        (error) => error instanceof VisibleError && /can't be a stack's name/.test(error.message),
      );
    });
  }

  it("ignores settings files in other folders and Pulumi's own files", async () => {
    await repository.commit({ "docs/Pulumi.other.yaml": "config: {}\n" });
    assert.deepEqual((await touched()).stacks, []);
  });

  it("patterns: only * is special", () => {
    assert.ok(matchesPattern("sandbox-basic", "sandbox-*"));
    assert.ok(!matchesPattern("a-sandbox-basic", "sandbox-*"));
    assert.ok(!matchesPattern("xdev", "dev") && !matchesPattern("devx", "dev"));
    assert.ok(!matchesPattern("axb", "a.b") && matchesPattern("a.b", "a.b"));
  });

  it("ignored files are matched by their whole path", () => {
    for (const file of ["my-docs/x.ts", "components/docs/x.ts", "LICENSE.ts", "documents.md.ts", "testing.ts"])
      assert.ok(!touchesNothing(file, true), file);
  });
});
