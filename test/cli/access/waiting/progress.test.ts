/** The model of an onboarding, its text, and the watch, without an engine and a tenant. */
import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import {
  exitCodeOf,
  progressOf,
  type OnboardingProgress,
  type OnboardingStep,
} from "../../../../cli/access/waiting/progress";
import { fleetText, nextText, progressText } from "../../../../cli/customer/onboard/text";
import { watch } from "../../../../cli/base/watch";

const about = {
  stack: "contoso",
  customerName: "Contoso",
  tenantId: "c0570500-0000-4000-8000-00000000000a",
  checkedOn: "2026-11-26T09:00:00.000Z",
  manualSteps: [],
};
const consent: OnboardingStep = {
  name: "consent",
  state: "done",
  actor: "customerAdministrator",
  found: "consented",
  next: "",
};
const up: OnboardingStep = {
  name: "up",
  state: "waiting",
  actor: "platformEngineer",
  found: "nothing",
  next: "Run up.",
};
const invitations: OnboardingStep = { ...up, name: "invitations", actor: "analyst", found: "after up", next: "" };
const rbac: OnboardingStep = { ...consent, name: "unifiedRbac", state: "byHand", found: "unseen", next: "Turn it on." };

describe("the onboarding's progress", () => {
  it("waits while a step waits, and the first step with a move is next", () => {
    const progress = progressOf(about, [consent, invitations, up]);
    assert.equal(progress.state, "waiting");
    assert.equal(progress.next?.name, "up");
    assert.equal(nextText(progress), "Next, the MSSP's platform engineer: Run up.");
  });

  it("is complete with steps that no API shows, and names them", () => {
    const progress = progressOf(about, [consent, rbac]);
    assert.equal(progress.state, "complete");
    assert.match(
      nextText(progress),
      /^Complete, as far as a program can see\. Confirm by hand:\nUnified RBAC .*: Turn it on\.$/,
    );
    assert.equal(nextText(progressOf(about, [consent])), "Complete.");
  });

  it("the worst stack decides the exit code", () => {
    assert.equal(exitCodeOf([{ state: "complete" }]), 0);
    assert.equal(exitCodeOf([{ state: "complete" }, { state: "waiting" }]), 3);
    assert.equal(exitCodeOf([{ state: "waiting" }, { state: "failed" }]), 1);
  });

  it("text: every line fits 80 columns, and control characters of the tenant are escaped", () => {
    const hostile = {
      ...invitations,
      found: `0 of 1 accepted; pending: ${"eve@evil.example ".repeat(8)}\u001b]0;owned\u0007`,
    };
    const text = stripVTControlCharacters(progressText(progressOf(about, [consent, up, hostile, rbac]), 80));
    assert.ok(!text.includes("\u001b") && !text.includes("\u0007"));
    assert.match(text, /\\u\{1b\}/);
    for (const line of text.split("\n")) assert.ok(line.length <= 80, line);
  });

  it("a stack that can't be checked shows its problem, alone and in the fleet's table", () => {
    const failed: OnboardingProgress = { ...about, state: "failed", steps: [], problem: "A setting is wrong." };
    assert.match(progressText(failed, 80), /Not checked: A setting is wrong\./);
    assert.match(
      stripVTControlCharacters(fleetText([failed], 200)),
      /contoso +Contoso +failed +Not checked: A setting is wrong\./,
    );
  });
});

describe("watching an onboarding", () => {
  const waiting = progressOf(about, [up]);
  const complete = progressOf(about, [consent]);

  const isOver = (list: readonly OnboardingProgress[]) => list.every(({ state }) => state !== "waiting");

  it("ends when nothing waits, and shows what has changed", async () => {
    const answers = [waiting, { ...waiting, checkedOn: "2026-11-26T09:01:00.000Z" }, complete];
    const shown: boolean[] = [];
    const last = await watch({
      check: () => Promise.resolve([answers.shift() ?? complete]),
      content: (list) => list.map(({ state }) => state),
      isOver,
      show: (_, changed) => shown.push(changed),
      pause: () => Promise.resolve(),
      signal: new AbortController().signal,
    });
    assert.deepEqual(shown, [true, false, true]);
    assert.equal(last[0]?.state, "complete");
  });

  it("ends with the last result when it is stopped during a pause", async () => {
    const stop = new AbortController();
    const last = await watch({
      check: () => Promise.resolve([waiting]),
      content: (list) => list,
      isOver,
      show: () => undefined,
      pause: () => {
        stop.abort();
        return Promise.reject(new Error("stopped"));
      },
      signal: stop.signal,
    });
    assert.equal(last[0]?.state, "waiting");
  });

  it("an error of the pause itself is not taken for a stop", async () => {
    const failing = watch({
      check: () => Promise.resolve([waiting]),
      content: (list) => list,
      isOver,
      show: () => undefined,
      pause: () => Promise.reject(new Error("broken")),
      signal: new AbortController().signal,
    });
    await assert.rejects(failing, /broken/);
  });
});
