import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { ignoreInGit } from "../../../../cli/base/ignoreInGit";
import { writeJournal, type OffboardingJournal } from "../../../../cli/customer/offboard/journal";
import { recordProblem } from "../../../../cli/customer/offboard/recordProblem";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const period = { from: "2026-10-27T09:00:00.000Z", until: "2026-11-26T09:00:00.000Z" };
const log = '{"id":"1"}\n';

describe("the record of an off-boarding", () => {
  let out: string;
  let evidence: string;
  beforeEach(async () => {
    out = newFolder();
    evidence = path.join(out, "evidence");
    await mkdir(evidence);
  });

  const manifestText = (changes: object = {}) =>
    JSON.stringify({
      kind: "defender-mssp/evidence",
      stack: "contoso",
      tenantId: "t",
      period,
      gaps: [{ kind: "age", text: "older logs" }],
      files: [{ name: "sign-ins.jsonl", sha256: sha256(log) }],
      ...changes,
    });
  const journal: OffboardingJournal = {
    format: 2,
    stack: "contoso",
    customerName: "Contoso",
    msspName: "Fabrikam",
    tenantId: "t",
    beganOn: "2026-11-26T09:00:00.000Z",
    items: [],
    identity: [],
  };
  const named = (manifest: string, changes: object = {}): OffboardingJournal => ({
    ...journal,
    evidence: { folder: "evidence", manifestSha256: sha256(manifest), gaps: ["older logs"], ...period, ...changes },
    additions: [],
  });

  async function problemOf(record: OffboardingJournal, manifest = manifestText(), text = log) {
    await writeFile(path.join(evidence, "manifest.json"), manifest);
    await writeFile(path.join(evidence, "sign-ins.jsonl"), text);
    await writeJournal(out, record);
    return recordProblem(out, record);
  }

  it("counts where the evidence is as it names it, and where it has none yet", async () => {
    assert.equal(await problemOf(named(manifestText())), undefined);
    assert.equal(await problemOf(journal), undefined);
  });

  it("does not count with another manifest, another or a missing file, or a folder elsewhere", async () => {
    const planted = { ...named(""), evidence: { ...named("").evidence!, manifestSha256: "0".repeat(64) } };
    assert.match((await problemOf(planted)) ?? "", /manifest\.json has another hash/);
    assert.match((await problemOf(named(manifestText()), undefined, "{}\n")) ?? "", /sign-ins\.jsonl has another hash/);
    assert.match((await problemOf(named(manifestText(), { folder: "../x" }))) ?? "", /names the folder/);
    await rm(path.join(evidence, "sign-ins.jsonl"));
    assert.match((await recordProblem(out, named(manifestText()))) ?? "", /is missing/);
  });

  it("does not count with the manifest of another customer, another period, or a path out of the folder", async () => {
    const other = manifestText({ stack: "tailwind" });
    assert.match((await problemOf(named(other), other)) ?? "", /of another customer/);
    assert.match(
      (await problemOf(named(manifestText(), { from: "2020-01-01T00:00:00.000Z" }))) ?? "",
      /another period/,
    );
    const outside = manifestText({ files: [{ name: "../offboard.json", sha256: "0" }] });
    assert.match((await problemOf(named(outside), outside)) ?? "", /names the file/);
  });

  it("does not count with later steps and no evidence, or as a file that others may write", async () => {
    assert.match((await problemOf({ ...journal, additions: [] })) ?? "", /no evidence/);
    assert.match((await problemOf({ ...journal, destroyedOn: period.until })) ?? "", /no evidence/);
    if (process.platform === "win32") return;
    await chmod(path.join(out, "offboard.json"), 0o644);
    assert.match((await recordProblem(out, journal)) ?? "", /other users/);
  });

  it("is kept out of git, without a second line for what .gitignore has", async () => {
    assert.equal(await ignoreInGit(out), undefined);
    await writeFile(path.join(out, ".gitignore"), "evidence*/");
    assert.equal(await ignoreInGit(out), "changed");
    assert.equal(await readFile(path.join(out, ".gitignore"), "utf8"), "evidence*/\noffboard-*/\n");
    assert.equal(await ignoreInGit(out), undefined);
  });
});
