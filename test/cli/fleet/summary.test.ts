import assert from "node:assert/strict";
import { summaryText } from "../../../cli/fleet/summary";
import { missingStackText } from "../../../cli/stack/outcome";
import { offboardedMessage } from "../../../domain/offboarded";
import { outcome, reportOf } from "./outcomes";

describe("cli/fleet/summary: advice about failed stacks", () => {
  const refused = outcome("woodgrove", "failed", { messages: ["tenantId: must be a UUID"], tries: 0, isRefused: true });
  // The program reads the tag, so the engine has run.
  const tagged = outcome("contoso", "failed", {
    messages: [`Error: ${offboardedMessage({ customerName: "Contoso", stack: "contoso" }, { on: "2026-06-01" })}`],
  });
  const missing = outcome("tailspin", "failed", { messages: [missingStackText("tailspin")] });
  const cut = outcome("fourth", "failed", { messages: ["ECONNRESET"] });
  const textOf = (...stacks: readonly (typeof refused)[]) =>
    summaryText(reportOf(stacks), "/runs/one").replaceAll(/\s+/g, " ");

  for (const [what, failed] of [
    ["settings that are refused", refused],
    ["a stack whose tag says that the customer has left", tagged],
    ["a stack that the backend does not have", missing],
  ] as const) {
    it(`${what}: no retry, but first what the line says`, () => {
      const text = textOf(failed);
      assert.match(text, new RegExp(`Fails again: ${failed.stack}\\. First do what each line above says\\.`));
      assert.doesNotMatch(text, /--status failed/);
    });
  }

  it("advises a retry for the others", () => {
    const text = textOf(refused, tagged, cut);
    assert.match(text, /Fails again: contoso, woodgrove\./);
    assert.match(text, /Run the failed stacks again: npx mssp fleet up --status failed --refresh/);
    assert.doesNotMatch(textOf(cut), /Fails again/);
  });

  it("names the leavers who still have access, with what ends it", () => {
    const kept = outcome("northwind", "failed", { leavers: ["Ben Okafor still has access at northwind"] });
    assert.match(
      textOf(kept, cut),
      /Ben Okafor still has access at northwind\. `npx mssp fleet up` ends it\. .*Revoke sessions/,
    );
    assert.doesNotMatch(textOf(cut), /still has access/);
  });
});
