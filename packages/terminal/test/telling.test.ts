import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
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
