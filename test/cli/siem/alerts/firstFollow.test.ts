import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { inSession } from "../../testSession";

describe("mssp alerts --follow", () => {
  it("says how far back it begins where it has neither a checkpoint nor --since", async () => {
    const folder = newFolder();
    await writeFile(path.join(folder, "kept"), "{}");
    const stderr = async (...args: readonly string[]) =>
      (await inSession(["alerts", "--connection", "no.json", ...args], { folder })).stderr;
    const note = /begins with the alerts of the last 180 days\. --since 24h/;
    assert.match(await stderr("--follow"), note);
    assert.match(await stderr("--follow", "--checkpoint", "new"), note);
    assert.doesNotMatch(await stderr("--follow", "--checkpoint", "kept"), note);
    assert.doesNotMatch(await stderr("--follow", "--since", "24h"), note);
    assert.doesNotMatch(await stderr(), note);
  });
});
