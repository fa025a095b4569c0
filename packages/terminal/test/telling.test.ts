import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { StandardError } from "../src/processSession";
import type { ErrorOutput } from "../src/session";
import { telling } from "../src/telling";

describe("telling", () => {
  const said = async (isTerminal: boolean, work: number, silence: number) => {
    const notes: string[] = [];
    const err = { isTerminal, note: (text: string) => notes.push(text) } as unknown as ErrorOutput;
    assert.equal(await telling("reading 12 customers", { err }, wait(work, "read"), silence), "read");
    await wait(silence);
    return notes;
  };

  it("says on a terminal what is done when it takes long, once, and never to a file", async () => {
    assert.deepEqual(await said(true, 60, 20), ["reading 12 customers…"]);
    assert.deepEqual(await said(true, 1, 40), []);
    assert.deepEqual(await said(false, 60, 20), []);
  });

  it("passes an error on, and says nothing after it", async () => {
    const notes: string[] = [];
    const err = { isTerminal: true, note: (text: string) => notes.push(text) } as unknown as ErrorOutput;
    await assert.rejects(telling("reading", { err }, Promise.reject(new Error("refused")), 10), /refused/);
    await wait(20);
    assert.deepEqual(notes, []);
  });
});

describe("a note on standard error", () => {
  const text =
    "northwind: the files of the month are report/northwind-2026-11.html and those beside it, which are signed";
  const written = (isTTY: boolean) => {
    let shown = "";
    const stream = { isTTY, columns: 40, fd: 2 } as unknown as NodeJS.WriteStream & { readonly fd: number };
    new StandardError(stream, (part) => (shown += part)).note(text);
    return shown;
  };

  it("breaks between words on a terminal, and is one line elsewhere", () => {
    const lines = written(true).trimEnd().split("\n");
    assert.ok(lines.length > 2 && lines.every((line) => line.length <= 40), lines.join("|"));
    assert.equal(lines.join(" "), `mssp: ${text}`);
    assert.equal(written(false), `mssp: ${text}\n`);
  });
});
