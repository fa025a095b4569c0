import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";

describe("components: index", function () {
  /** Whether a program that imports a module loads azure-native. A process of its own: other tests load it here. */
  function loadsAzureNative(module: string): string {
    const script =
      `require("@defender-mssp/testkit/mocha/compile"); require("./${module}");` +
      'process.stdout.write(String(Object.keys(require.cache).some((file) => file.includes("azure-native"))))';
    const root = path.resolve(__dirname, "../..");
    return execFileSync(process.execPath, ["--conditions=source", "-e", script], { cwd: root, encoding: "utf8" });
  }

  it("importing components does not load azure-native; importing components/azure does", () => {
    assert.equal(loadsAzureNative("components/index.ts"), "false");
    assert.equal(loadsAzureNative("components/azure/index.ts"), "true");
  });
});
