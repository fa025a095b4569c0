/**
 * `npm run test:sdks`: the generated SDKs as their users get them, from the archives of a release.
 * Never part of `npm test`: Go compiles Pulumi's SDK for minutes. Needs Go and Python 3.10.
 */
import assert from "node:assert/strict";
import { cp, mkdir, symlink } from "node:fs/promises";
import path from "node:path";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { execa } from "execa";
import { archiveSdks } from "../../dev/sdks/archiveSdks";
import { generateSdks, go, sdkLanguages, type SdkLanguage } from "../../dev/sdks/generateSdks";
import schema from "../../plugin/schema.json";
import { compileForGoHost } from "../e2e/goHost";
import { checkout } from "../package/installation";

describe("the generated SDKs", function () {
  this.timeout(1_800_000);

  const resources = Object.keys(schema.resources).map((token) => token.split(":").at(-1) ?? "");
  let folder: string;
  let archives: readonly string[];
  before(async function () {
    if ((await execa("go", ["version"], { reject: false })).exitCode !== 0) {
      console.log("    skipped: there is no Go in PATH");
      return this.skip();
    }
    folder = newFolder();
    await generateSdks(checkout, folder, sdkLanguages);
    archives = await archiveSdks(checkout, folder);
  });

  /** Unpacks the archive of a language, as its user does. */
  async function unpack(language: SdkLanguage, target: string): Promise<void> {
    await mkdir(target, { recursive: true });
    await execa("tar", ["-xzf", archive(language), "-C", target, "--strip-components=1"]);
  }

  function archive(language: SdkLanguage): string {
    const file = archives.find((name) => path.basename(name).startsWith(`defender-mssp-sdk-${language}-`));
    assert.ok(file !== undefined, language);
    return file;
  }

  it("the SDK for Go compiles, with the example", async () => {
    const example = path.join(folder, "example-go");
    await cp(path.join(checkout, "examples", "siem-connector-go"), example, { recursive: true });
    await unpack("go", path.join(example, "sdk"));
    await go(example, ["mod", "tidy"]);
    await go(example, ["vet", "./...", "defender-mssp.example/sdk/go/defendermssp"]);
    // Then the engine's tests run the example.
    await compileForGoHost(example);
  });

  it("`pip install` takes the archive for Python, which has each resource", async function () {
    const python = await execa("python3", ["-c", "import sys, venv; sys.exit(sys.version_info < (3, 10))"], {
      reject: false,
    });
    if (python.exitCode !== 0) {
      console.log("    skipped: there is no python3 of version 3.10 or later in PATH");
      return this.skip();
    }
    const venv = path.join(folder, "venv");
    await execa("python3", ["-m", "venv", venv]);
    await execa(path.join(venv, "bin", "pip"), ["install", "--quiet", archive("python")]);
    const script = "import defender_mssp, sys; [getattr(defender_mssp, name) for name in sys.argv[1:]]";
    await execa(path.join(venv, "bin", "python"), ["-c", script, ...resources], { cwd: folder });
  });

  it("the SDK for Node.js compiles", async () => {
    const sdk = path.join(folder, "example-nodejs");
    await unpack("nodejs", sdk);
    await symlink(path.join(checkout, "node_modules"), path.join(sdk, "node_modules"));
    const tsc = path.join(checkout, "node_modules", "typescript", "bin", "tsc");
    await execa(process.execPath, [tsc, "--project", sdk, "--noEmit", "--skipLibCheck", "--types", "node"]);
  });
});
