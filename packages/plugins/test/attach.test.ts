/** Servers of plugins for an engine that attaches to them. */
import assert from "node:assert/strict";
import type { Provider } from "../src/protocol/provider";
import { listenForEach } from "../src/protocol/serve";
import { randomProvider } from "../src/random/provider";
import { PluginClient } from "./pluginClient";

describe("A plugin that an engine attaches to", () => {
  /** Numbers of the plugins that have been cancelled. */
  let cancelled: string[];
  let made: number;
  let served: Awaited<ReturnType<typeof listenForEach>>;

  /** Its version is its number. */
  function numbered(): Provider {
    const version = String(++made);
    const provider = randomProvider(version);
    return Object.assign(provider, { cancel: () => cancelled.push(version) });
  }

  beforeEach(async () => {
    [cancelled, made] = [[], 0];
    served = await listenForEach(numbered);
  });
  afterEach(() => served.end());

  it("is another one for each connection, and is cancelled with its own connection", async () => {
    const [first, second] = [PluginClient.at(served.port, "random"), PluginClient.at(served.port, "random")];
    assert.equal(await first.version(), "1");
    assert.equal(await second.version(), "2");
    assert.equal(await first.version(), "1");
    await first.stop();
    while (cancelled.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual(cancelled, ["1"]);
    assert.equal(await second.version(), "2");
    await second.stop();
  });

  it("the end cancels all of them, and takes no connection any more", async () => {
    const plugin = PluginClient.at(served.port, "random");
    await plugin.version();
    served.end();
    assert.deepEqual(cancelled, ["1"]);
    await assert.rejects(plugin.version());
    await plugin.stop();
  });
});
