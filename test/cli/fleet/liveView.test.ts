/** The table of a fleet run on an emulated terminal of 80 columns. */
import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { Terminal } from "@xterm/headless";
import { LiveView } from "../../../cli/fleet/view";
import { StandardError } from "@defender-mssp/terminal/processSession";
import { outcome } from "./outcomes";

describe("the table of a fleet run on a terminal", () => {
  let terminal: Terminal;
  let view: LiveView;

  beforeEach(async () => {
    const emulated = new Terminal({ cols: 80, rows: 24, allowProposedApi: true });
    terminal = emulated;
    const stream = Object.assign(
      new Writable({
        // A terminal driver begins a new line at its left edge.
        write: (data: Buffer, _encoding, done) => {
          emulated.write(data.toString().replaceAll("\n", "\r\n"));
          done();
        },
      }),
      { isTTY: true, columns: 80, rows: 24, fd: 2 },
    ) as unknown as NodeJS.WriteStream & { readonly fd: number };
    const { createLogUpdate } = await import("log-update");
    const draw = createLogUpdate(stream, { showCursor: true });
    const err = new StandardError(stream, (text) => stream.write(text));
    view = new LiveView("up", { draw, err, size: () => ({ columns: 80, rows: 24 }), now: () => 0 });
  });

  it("keeps the answer to Ctrl-C below the table until the end, and one header", async () => {
    view.begin(4);
    view.started("contoso", 1);
    view.started("tailspin", 1);
    view.draw();
    view.ended(outcome("tailspin", "failed", { messages: ["no answer"] }));
    view.draw();
    view.interrupted(1);
    const answer = "Interrupted: contoso finishes, 2 left out. Ctrl-C again stops the engine.";
    assert.equal((await screen()).at(-1), answer);
    for (const step of ["create group", "create guest"]) {
      view.step("contoso", step);
      view.draw();
      assert.equal((await screen()).at(-1), answer);
    }
    view.ended(outcome("contoso", "changed"));
    for (const stack of ["fabrikam", "woodgrove"]) view.ended(outcome(stack, "leftOut"));
    view.finish();
    assert.deepEqual(await screen(), [
      "up: 4 of 4 done (1 failed, 1 changed, 2 left out)",
      "0 running, 0 waiting",
      "tailspin: failed: no answer",
      "Interrupted: 2 left out.",
    ]);
  });

  it("names a second Ctrl-C", async () => {
    view.begin(2);
    view.started("contoso", 1);
    view.started("tailspin", 1);
    view.interrupted(1);
    assert.match((await screen()).at(-1) ?? "", /^Interrupted: 2 stacks finish, 0 left out\./);
    view.interrupted(2);
    assert.match((await screen()).at(-1) ?? "", /^Stopping the engines of 2 stacks after the current operation\./);
    view.finish();
  });

  it("writes a line above the table, which stays, and keeps one header while stacks come and go", async () => {
    view.begin(4);
    view.ended(outcome("fabrikam", "failed", { messages: ["no answer"] }));
    view.started("contoso", 1);
    view.draw();
    view.say("tailspin: cancelling the lock of a process that has ended.");
    for (const stack of ["tailspin", "woodgrove"]) {
      view.started(stack, 1);
      view.draw();
    }
    view.retried("tailspin");
    view.draw();
    assert.deepEqual(await screen(), [
      "mssp fleet: tailspin: cancelling the lock of a process that has ended.",
      "up: 1 of 4 done (1 failed)",
      "2 running, 1 waiting, about 0 s left",
      "   0 s  contoso                   starting",
      "   0 s  woodgrove                 starting",
      "fabrikam: failed: no answer",
    ]);
    view.finish();
  });

  it("says how many resources a stack is through with, within the terminal's width", async () => {
    view.begin(2);
    view.started("contoso", 1);
    view.step("contoso", "update customer-access-tier1-eligible");
    view.resources("contoso", 12, 31);
    view.started("tailspin", 1);
    view.resources("tailspin", 1, undefined);
    view.draw();
    assert.deepEqual((await screen()).slice(2), [
      "   0 s  contoso                   12/31 resources  update customer-access-tier…",
      "   0 s  tailspin                  1 resource  starting",
    ]);
    // The program made more than its preview could know.
    view.resources("contoso", 32, 31);
    view.resources("tailspin", 2, undefined);
    view.draw();
    assert.match((await screen()).join("\n"), / 32\/32 resources .*\n.* 2 resources {2}starting$/);
    view.finish();
  });

  it("says below its row why a stack waits, and until when", async () => {
    view.begin(2);
    view.started("contoso", 1);
    view.step("contoso", "update customer-access-tier1-eligible");
    const reason =
      "Ben Okafor became eligible at 04:37:05; Entra removes no eligibility in its first five minutes. Waiting until 04:42:05 UTC.";
    view.waits("contoso", reason);
    view.draw();
    assert.deepEqual((await screen()).slice(2), [
      "   0 s  contoso                   update customer-access-tier1-eligible",
      "        Ben Okafor became eligible at 04:37:05; Entra removes no eligibility in",
      "        its first five minutes. Waiting until 04:42:05 UTC.",
    ]);
    view.waits("contoso", undefined);
    view.draw();
    assert.equal((await screen()).length, 3);
    view.finish();
  });

  it("counts the canary with the others after a question, and a stack that runs again once", async () => {
    view.begin(3);
    view.started("contoso", 1);
    view.draw();
    view.ended(outcome("contoso", "unchanged"));
    view.pause();
    assert.deepEqual(await screen(), []);
    view.goOn();
    const locked = outcome("tailspin", "failed", { messages: ["locked"] });
    view.ended(locked);
    view.ended(outcome("woodgrove", "changed"));
    view.pause();
    view.goOn([locked]);
    view.ended(outcome("tailspin", "changed"));
    view.finish();
    assert.deepEqual(await screen(), ["up: 3 of 3 done (1 unchanged, 2 changed)", "0 running, 0 waiting"]);
  });

  /** What the terminal shows, and what it has scrolled away. */
  async function screen(): Promise<string[]> {
    await new Promise<void>((resolve) => terminal.write("", resolve));
    const { active } = terminal.buffer;
    const lines = Array.from({ length: active.length }, (_, row) => active.getLine(row)?.translateToString(true) ?? "");
    const text = lines.join("\n").trimEnd();
    return text === "" ? [] : text.split("\n");
  }
});
