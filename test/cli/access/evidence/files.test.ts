/** The files of an evidence: hashes, hostile text, secrets, whole or not at all. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import type { Evidence } from "../../../../cli/access/evidence/evidence";
import { sources, type CallRecord, type SourceName } from "../../../../cli/access/evidence/calls";
import { evidenceSummary, evidenceText } from "../../../../cli/customer/evidence/text";
import { evidenceFiles, writeEvidence } from "../../../../cli/access/evidence/write";

const hostile = `<script>alert(1)</script>\u001b[2J\u202e"'&`;

function evidence(changes: Partial<Evidence> = {}): Evidence {
  const until = new Date("2026-11-26T09:00:00Z");
  return {
    stack: "contoso",
    settings: {
      customerName: hostile,
      msspName: hostile,
      tenantId: "c0570500-0000-4000-8000-00000000000a",
      cloud: "public",
    },
    madeOn: until,
    period: { from: new Date("2026-11-01T00:00:00Z"), until },
    subjects: [{ kind: "guest", id: hostile, name: hostile, because: "a guest of the stack" }],
    unseen: [],
    calls: [
      {
        source: "directoryAudits",
        subject: hostile,
        path: "/v1.0/auditLogs/directoryAudits",
        status: 200,
        code: "",
        problem: hostile,
        pages: 1,
        entries: 1,
      },
    ],
    entries: {
      directoryAudits: [
        {
          id: "1",
          activityDateTime: hostile,
          activityDisplayName: hostile,
          result: hostile,
          targetResources: [{ displayName: hostile }],
          initiatedBy: { user: { userPrincipalName: hostile } },
        },
      ],
      interactiveSignIns: [
        {
          id: "2",
          createdDateTime: hostile,
          userPrincipalName: hostile,
          appDisplayName: hostile,
          ipAddress: hostile,
          status: { errorCode: 50126, failureReason: hostile },
        },
      ],
      nonInteractiveSignIns: [],
      servicePrincipalSignIns: [],
    },
    retention: { days: 30, outside: undefined },
    history: [
      {
        kind: hostile,
        result: hostile,
        startedOn: "2026-11-02T00:00:00.000Z",
        endedOn: "",
        message: hostile,
        ranBy: { "git.author": hostile },
        changes: { [hostile]: 1 },
        settings: [],
      },
    ],
    gaps: [{ kind: "licence", text: hostile }],
    redacted: 0,
    ...changes,
  };
}

describe("an evidence's files", () => {
  const folder = newFolder();

  it("the manifest has the SHA-256 of every other file, and the page has those of the data", async () => {
    const target = path.join(folder, "whole");
    const written = await writeEvidence(evidence(), target);
    const bytes = await readFile(path.join(target, "manifest.json"));
    assert.equal(createHash("sha256").update(bytes).digest("hex"), written.manifest);
    const { files } = JSON.parse(bytes.toString()) as { files: { name: string; sha256: string; bytes: number }[] };
    assert.deepEqual([...files.map(({ name }) => name), "manifest.json"].sort(), (await readdir(target)).sort());
    for (const { name, sha256 } of files)
      assert.equal(
        createHash("sha256")
          .update(await readFile(path.join(target, name)))
          .digest("hex"),
        sha256,
        name,
      );
    assert.equal((await stat(target)).mode & 0o077, 0);
    assert.deepEqual((await readdir(folder)).sort(), ["whole"]);
  });

  it("entries stay as Graph wrote them", () => {
    const file = evidenceFiles(evidence()).find(({ name }) => name === "directory-audits.jsonl");
    assert.deepEqual(JSON.parse(file?.text ?? ""), evidence().entries.directoryAudits[0]);
  });

  it("hostile text: no markup, no control and no bidi character on the page", () => {
    const page = evidenceFiles(evidence()).find(({ name }) => name === "index.html")?.text ?? "";
    assert.ok(!page.includes("<script>alert"));
    assert.ok(page.includes("&lt;script"));
    for (const character of ["\u001b", "\u202e"]) assert.ok(!page.includes(character));
  });

  it("hostile text: nothing acts on a terminal, and lines fit 80 columns", () => {
    const text = evidenceText(evidence(), { folder: "evidence", manifest: "f".repeat(64) }, 80);
    assert.ok(!text.includes("\u001b") && !text.includes("\u202e"));
    for (const line of text.split("\n")) assert.ok(line.length <= 80, line);
  });

  it("a folder with something in it stays as it is", async () => {
    const target = path.join(folder, "used");
    await mkdir(target);
    await writeFile(path.join(target, "mine.txt"), "mine");
    await assert.rejects(writeEvidence(evidence(), target), /exists and is not empty/);
    assert.deepEqual(await readdir(target), ["mine.txt"]);
    await assert.rejects(writeEvidence(evidence(), path.join(target, "mine.txt")), /not a folder/);
  });

  it("a log that was not read is not 0: the page, the text, the summary and the manifest say why", () => {
    const [call] = evidence().calls;
    const refused = (source: SourceName): CallRecord => ({
      ...{ ...call!, source, subject: "ana", status: 403, code: "Denied", problem: "refused", pages: 0, entries: 0 },
    });
    const names = Object.keys(sources) as SourceName[];
    const unread = evidence({
      calls: names.map(refused),
      entries: { directoryAudits: [], interactiveSignIns: [], nonInteractiveSignIns: [], servicePrincipalSignIns: [] },
    });
    const written = { folder: "evidence", manifest: "f".repeat(64) };
    const { entries } = evidenceSummary(unread, written) as { entries: Record<string, unknown> };
    assert.deepEqual(Object.values(entries), [null, null, null, null]);
    const text = stripVTControlCharacters(evidenceText(unread, written, 80));
    for (const name of names) assert.match(text, new RegExp(`${sources[name].title} +not read`));
    const files = evidenceFiles(unread);
    const page = files.find(({ name }) => name === "index.html")?.text ?? "";
    assert.equal(page.match(/Not read: requires AuditLog\.Read\.All/g)?.length, 3);
    for (const label of ["changes in the directory", "sign-ins of people", "sign-ins of applications"]) {
      assert.ok(page.includes(`${label}: not read`), label);
      assert.ok(!page.includes(`<table><caption>${label}`), label);
    }
    const { about } = files.find(({ name }) => name === "directory-audits.jsonl")!;
    assert.equal(about, "Directory audit log: not read, requires AuditLog.Read.All (403 Denied)");
  });

  it("a log that was read and is empty is 0", () => {
    const empty = evidence({
      calls: evidence().calls.map((call) => ({ ...call, problem: "" })),
      entries: { directoryAudits: [], interactiveSignIns: [], nonInteractiveSignIns: [], servicePrincipalSignIns: [] },
    });
    const text = stripVTControlCharacters(evidenceText(empty, { folder: "evidence", manifest: "" }, 80));
    assert.match(text, /Directory audit log +0/);
  });

  it("a log of which a part was refused is incomplete, with the number that was read", () => {
    const text = stripVTControlCharacters(evidenceText(evidence(), { folder: "evidence", manifest: "" }, 80));
    assert.match(text, /Directory audit log +1, incomplete/);
  });
});
