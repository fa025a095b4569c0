import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { completeSbom } from "../../../dev/dependencies/sbom";

const engine = {
  version: "3.0.0",
  archives: { "pulumi-v3.0.0-linux-x64.tar.gz": { algorithm: "sha256" as const, hex: "ab" } },
  goMod: "module m\n\nrequire (\n\texample.test/a v1.0.0\n\texample.test/b v2.0.0 // indirect\n)\n",
  goSum: "example.test/a v1.0.0 h1:AAEC\nexample.test/a v1.0.0/go.mod h1:AAAA\n",
};
const printed = (...components: object[]) => ({
  bomFormat: "CycloneDX",
  specVersion: "1.5",
  metadata: { component: { name: "checkout" } },
  components,
});
const known = { name: "zod", version: "4.0.0", purl: "pkg:npm/zod@4.0.0", hashes: [{ alg: "SHA-512", content: "00" }] };

describe("the SBOM", () => {
  it("lists npm's components, the engine's archives and its Go modules with their hashes", () => {
    const { sbom } = completeSbom(printed(known), "defender-mssp", engine);
    assert.equal(sbom.metadata.component.name, "defender-mssp");
    assertEach(sbom.components, ({ purl, hashes }) => [purl, hashes?.[0]?.content], [
      ["pkg:npm/zod@4.0.0", "00"],
      ["pkg:github/pulumi/pulumi@v3.0.0?file_name=pulumi-v3.0.0-linux-x64.tar.gz", "ab"],
      ["pkg:golang/example.test/a@v1.0.0", "000102"],
      ["pkg:golang/example.test/b@v2.0.0", undefined],
    ]);
  });

  it("lists a Go module once that two programs are built from", () => {
    const twice = { ...engine, goMod: `${engine.goMod}${engine.goMod}` };
    const { sbom } = completeSbom(printed(known), "defender-mssp", twice);
    assert.equal(sbom.components.filter(({ name }) => name === "example.test/a").length, 1);
  });

  it("reports each component without a hash, except the project's own packages", () => {
    const own = { name: "engine", version: "0.1.0", purl: "pkg:npm/%40defender-mssp/engine@0.1.0" };
    const unknown = { name: "left-pad", version: "1.0.0", purl: "pkg:npm/left-pad@1.0.0", hashes: [] };
    const { findings } = completeSbom(printed(known, own, unknown), "defender-mssp", engine);
    assert.deepEqual(findings, [
      "left-pad 1.0.0: the SBOM has no hash of it",
      "example.test/b v2.0.0: the SBOM has no hash of it",
    ]);
  });

  it("refuses a document that is not an SBOM", () =>
    assert.throws(() => completeSbom({ message: "405" }, "defender-mssp", engine)));
});
