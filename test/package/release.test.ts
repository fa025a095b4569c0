import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { packages } from "../../dev/package/manifests";
import { sdkLanguages } from "../../dev/sdks/generateSdks";
import schema from "../../plugin/schema.json";

const checkout = path.resolve(__dirname, "..", "..");

describe("the workflow release.yml", () => {
  const workflow = readFileSync(path.join(checkout, ".github/workflows/release.yml"), "utf8");
  const published = /for name in ([^;]+); do/.exec(workflow)?.[1]?.split(" ") ?? [];
  /** The name of a package's tarball, without the version. */
  const tarball = (name: string) => name.replace(/^@/, "").replace("/", "-");

  it("publishes every package that is packed, and no other", () =>
    assert.deepEqual(published.toSorted(), packages.map(({ name }) => tarball(name)).toSorted()));

  it("publishes a package after every package that it depends on", () => {
    const names: readonly string[] = packages.map(({ name }) => name);
    /** The package whose tarball brings it. */
    const carrier = (name: string) =>
      packages.find(({ bundles = [] }) => bundles.some((bundle) => bundle.name === name))?.name ?? name;
    let dependencies = 0;
    for (const { name, folder } of packages) {
      const manifest = readFileSync(path.join(checkout, folder, "package.json"), "utf8");
      for (const dependency of Object.keys((JSON.parse(manifest) as { dependencies?: object }).dependencies ?? {})) {
        if (!dependency.startsWith("@defender-mssp/") && !names.includes(dependency)) continue;
        dependencies++;
        const needed = tarball(carrier(dependency));
        assert.ok(published.includes(needed), `${name} needs ${dependency}, which is not published`);
        assert.ok(published.indexOf(needed) < published.indexOf(tarball(name)), `${name} before ${dependency}`);
      }
    }
    assert.ok(dependencies > packages.length, `${dependencies}`);
  });

  it("makes an SDK for each language that the plugin's schema names", () => {
    const others = /for language in ([^;]+); do/.exec(workflow)?.[1]?.split(" ") ?? [];
    const made = [...sdkLanguages, ...others].map((language) => (language === "dotnet" ? "csharp" : language));
    assert.match(workflow, /run: npm run -s sdks$/m);
    assert.deepEqual(made.toSorted(), Object.keys(schema.language).toSorted());
  });
});
