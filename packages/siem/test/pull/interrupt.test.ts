import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import type { Session } from "@defender-mssp/terminal/session";
import { interruptible } from "../../src/pull/interrupt";
import { StderrProgress } from "../../src/pull/progress";
import { ReaderGone } from "../../src/sinks/sink";

describe("siem/pull: the end", () => {
  it("names no number where the reader of the pipe has closed it: nobody knows it", async () => {
    const notes: string[] = [];
    const err = { isTerminal: false, note: (text: string) => void notes.push(text), write: () => undefined };
    const session = { err, signals: new EventEmitter(), endNow: () => undefined, exitCode: undefined };
    const progress = new StderrProgress("alert", false, err as unknown as Session["err"]);
    const world = session as unknown as Session;
    await interruptible(world, { follow: false, progress, adviceOn: () => undefined }, () =>
      Promise.reject(new ReaderGone("closed")),
    );
    assert.equal(world.exitCode, 0);
    assert.deepEqual(notes, ["The reader of standard output has closed it before the last alert."]);
  });

  it("clears the line of progress before an error is shown", async () => {
    let shown = "";
    const err = { isTerminal: true, note: () => undefined, write: (text: string) => void (shown += text) };
    const session = { err, signals: new EventEmitter(), endNow: () => undefined, exitCode: undefined };
    const progress = new StderrProgress("alert", false, err as unknown as Session["err"]);
    const ended = interruptible(
      session as unknown as Session,
      { follow: false, progress, adviceOn: () => undefined },
      () => {
        progress.delivered(3, "2026-11-26T09:15:37Z");
        return Promise.reject(new Error("The syslog server has closed the connection."));
      },
    );
    await assert.rejects(ended, /syslog server/);
    assert.match(shown, /up to 2026-11-26T09:15:37Z\r\u001b\[K$/);
  });
});
