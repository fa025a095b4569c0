/** `mssp ci …` as a workflow types it. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { stringify } from "yaml";
import { requiredSettings } from "../../settings/required";
import { inSession as mssp } from "../testSession";
import { Repository } from "./repository";
import { samples } from "./samples";

describe("mssp ci", function () {
  const folder = newFolder();

  it("each command has help", async () => {
    const { stdout, stderr } = await mssp(["ci", "--help", "--all"]);
    const commands = [...stdout.matchAll(/^ {2}([a-z-]+) .*/gm)].map(([, name = ""]) => name);
    for (const name of [
      "matrix",
      "preview",
      "comment",
      "drift",
      "sort",
      "check-state",
      "confirm-destroy",
      "oidc-token",
      "setup",
    ])
      assert.ok(commands.includes(name), `${name}: ${stdout}${stderr}`);
    for (const name of commands.filter((command) => command !== "help")) {
      const help = await mssp(["ci", name, "--help", "--all"]);
      assert.equal(help.exitCode, 0, name);
      assert.match(help.stdout, new RegExp(`^Usage: npx mssp ci ${name}[\\s\\S]*\\nExit codes:\\n`), name);
    }
  });

  it("matrix: data on stdout, messages on stderr", async () => {
    const repository = await Repository.create();
    await repository.commit({ "Pulumi.contoso.yaml": undefined, "Pulumi.tailwind.yaml": "changed: 1\n" });
    const { exitCode, stdout, stderr } = await mssp(["ci", "matrix", "--changed-since", "HEAD^", "--json"], {
      folder: repository.folder,
    });
    assert.equal(exitCode, 0);
    assert.deepEqual(JSON.parse(stdout), { msspCiMatrix: 1, stacks: ["tailwind"], deleted: ["contoso"], excluded: [] });
    assert.match(stderr, /^mssp ci: contoso needs a destroy/);
    const all = await mssp(["ci", "matrix", "--all", "--stack", "con*", "dev", "--json"], {
      folder: repository.folder,
    });
    assert.deepEqual((JSON.parse(all.stdout) as { stacks: string[] }).stacks, ["dev"]);
    const wrong = await mssp(["ci", "matrix", "--changed-since", "nowhere"], { folder: repository.folder });
    assert.deepEqual([wrong.exitCode, wrong.stdout], [1, ""]);
    assert.match(wrong.stderr, /^mssp: git finds no change .*\n.*fetch-depth: 0\)\.$/);
  });

  it("matrix: an off-boarded customer is left out, and named", async () => {
    const repository = await Repository.create();
    const config = { ...requiredSettings, analysts: [], offboarded: { on: "2026-11-28", by: "Ana Silva" } };
    await repository.commit({ "Pulumi.tailspin.yaml": stringify({ config }) });
    const { stdout, stderr } = await mssp(["ci", "matrix", "--changed-since", "HEAD^", "--json"], {
      folder: repository.folder,
    });
    assert.deepEqual(JSON.parse(stdout), { msspCiMatrix: 1, stacks: [], deleted: [], excluded: ["tailspin"] });
    assert.match(stderr, /Off-boarded, and left out: tailspin \(2026-11-28\)\./);
  });

  it("matrix: refuses a stack for rehearsals", async () => {
    const repository = await Repository.create();
    const config = { ...requiredSettings, analysts: [], rehearsal: true };
    await repository.commit({ "Pulumi.practice.yaml": stringify({ config }) });
    const { exitCode, stdout, stderr } = await mssp(["ci", "matrix", "--all"], { folder: repository.folder });
    assert.deepEqual([exitCode, stdout], [1, ""]);
    assert.match(stderr, /practice is for rehearsals in a test tenant/);
  });

  it("matrix: requires either a range or --all", async () => {
    for (const flags of [[], ["--changed-since", "HEAD", "--all"]]) {
      const { exitCode, stderr } = await mssp(["ci", "matrix", ...flags]);
      assert.equal(exitCode, 2);
      assert.match(stderr, /either --changed-since <revision> or --all is required/);
    }
  });

  it("comment and drift: read the output of pulumi preview --json", async () => {
    const [change, drift] = ["change", "drift"].map((name) => path.join(samples, `${name}.json`));
    await writeFile(
      path.join(folder, "matrix.json"),
      JSON.stringify({ stacks: ["change", "lost"], deleted: ["gone"] }),
    );
    const matrix = ["--matrix", path.join(folder, "matrix.json")];
    const comment = await mssp(["ci", "comment", change!, ...matrix, "--json"]);
    const { marker, body } = JSON.parse(comment.stdout) as { marker: string; body: string };
    assert.ok(body.startsWith(marker) && body.includes("<code>lost</code>") && body.includes("<code>gone</code>"));

    const drifted = await mssp(["ci", "drift", drift!, "--out", path.join(folder, "issues")]);
    assert.deepEqual([drifted.exitCode, drifted.stdout], [3, "drift\tdrifted"]);
    assert.match(await readFile(path.join(folder, "issues", "drift.md"), "utf8"), /does not match its settings/);
    const clean = await mssp(["ci", "drift", path.join(samples, "unchanged.json"), "--json"]);
    assert.equal(clean.exitCode, 0);
    assert.equal((JSON.parse(clean.stdout) as { stacks: { state: string }[] }).stacks[0]?.state, "clean");
    assert.equal((await mssp(["ci", "drift", path.join(samples, "unchanged.json"), ...matrix])).exitCode, 1);
  });

  it("comment: refuses a file that is not a preview", async () => {
    for (const content of ["", "{", "[]", '{"steps": 1}', '{"msspPreview": 1, "stack": "x"}', '{"msspPreview": 2}']) {
      const file = path.join(folder, "contoso.json");
      await writeFile(file, content);
      const { exitCode, stdout, stderr } = await mssp(["ci", "comment", file]);
      assert.deepEqual([exitCode, stdout], [1, ""], content);
      assert.match(stderr, /^mssp: .*contoso\.json holds no preview: /);
    }
    const nowhere = await mssp(["ci", "drift", path.join(folder, "nowhere")]);
    assert.match(nowhere.stderr, /^mssp: .*nowhere can't be read: /);
  });

  it("confirm-destroy: exit code 1 unless the name is exact", async () => {
    const args = (typed: string) => ["ci", "confirm-destroy", "--stack", "dev", "--json", "--", typed];
    const wrong = await mssp(args("Dev"));
    const { error } = JSON.parse(wrong.stdout) as { error: { message: string } };
    assert.equal(wrong.exitCode, 1);
    assert.match(error.message, /exactly "dev"/);
    const right = await mssp(args("dev"));
    assert.deepEqual(
      [right.exitCode, JSON.parse(right.stdout)],
      [0, { msspCiConfirmDestroy: 1, confirmed: true, stack: "dev" }],
    );
  });
});
