import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { PluginHost } from "../../src/plugins/host";

describe("The host of the stand-in plugins", () => {
  it("plugin host: survives a message to a plugin process that was just killed", async () => {
    const host = new PluginHost("");
    const plugin = await host.serve("random", process.env);
    const { child } = host.start();
    child.kill("SIGKILL");
    // Blocks this process, so that the child is gone before anything here has noticed.
    spawnSync(process.execPath, ["-e", "setTimeout(() => {}, 300)"]);
    assert.ok(child.connected);
    plugin.end();
    await plugin.ended;
  });
});
