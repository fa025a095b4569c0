/**
 * How the YAML language host gets beside an engine, with Go faked; and, where the machine has the host, that it serves.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { ensureYamlHost, yamlHostIn, yamlHostVersion } from "../src/ensureYamlHost";
import { engineFolder, ensureEngine } from "../src/ensureEngine";
import { root, writeFiles } from "./hostProcess";

/** A Go that writes what it "builds" and notes where from, or fails. */
function fakeGo(failure = ""): string {
  return `#!/bin/sh
PATH=/usr/bin:/bin
case "$1-$2" in
  env-*) echo go1.99.0 ;;
  build-n) ;;
  build--v)
    ${failure}
    for package in "$@"; do :; done
    echo "$PWD $GOFLAGS $package" >> "$FAKE_LOG"
    while [ "$1" != "-o" ]; do shift; done
    printf '#!/bin/sh\\n' > "$2"; chmod +x "$2" ;;
esac
`;
}

describe("ensureYamlHost", () => {
  let home: string;
  let tools: string;

  beforeEach(() => {
    home = newFolder();
    tools = newFolder();
  });
  const bin = (): string => path.join(engineFolder(home), "bin");

  async function ensure(): Promise<{ executable: string; changed: boolean; shown: string }> {
    const version = path.basename(engineFolder(home));
    writeFiles(bin(), { pulumi: `#!/bin/sh\necho v${version}\n`, "pulumi-language-nodejs": "#!/bin/sh\n" });
    let shown = "";
    const output = new Writable({
      write(chunk: Buffer, _encoding, done) {
        shown += chunk.toString();
        done();
      },
    });
    const environment = { PATH: tools, HOME: home, FAKE_LOG: path.join(tools, "log") };
    const engine = await ensureEngine({ home, environment, output });
    return { ...(await ensureYamlHost(engine, { home, environment, output })), shown };
  }

  it("builds the pinned version from its Go modules once, beside the engine", async () => {
    writeFiles(tools, { go: fakeGo() });
    const { executable, changed, shown } = await ensure();
    assert.deepEqual([executable, changed], [path.join(bin(), "pulumi-language-yaml"), true]);
    assert.ok(shown.includes(`Building the YAML language host ${yamlHostVersion()} with Go 1.99.0.`), shown);
    assert.equal((await ensure()).changed, false);
    assert.equal(
      fs.readFileSync(path.join(tools, "log"), "utf8"),
      `${path.join(root, "packages", "engine", "yamlHost")} -mod=readonly github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml\n`,
    );
    assert.deepEqual(fs.readdirSync(path.dirname(engineFolder(home))), [path.basename(engineFolder(home))]);
  });

  it("keeps the host of the official release, without Go", async () => {
    writeFiles(bin(), { "pulumi-language-yaml": "#!/bin/sh\nofficial\n" });
    assert.equal((await ensure()).changed, false);
    assert.match(fs.readFileSync(yamlHostIn(bin()), "utf8"), /official/);
  });

  it("says without Go and pip what helps, as for the engine", async () => {
    await assert.rejects(ensure(), (error: Error) => {
      assert.equal(error.name, "VisibleError");
      assert.match(error.message, /there is no Go in PATH, and pip could not fetch it: there is no pip in PATH/);
      assert.match(error.message, /install Go \d+\.\d+/);
      return true;
    });
    assert.equal(fs.existsSync(yamlHostIn(bin())), false);
  });

  it("leaves nothing half-done if the build fails", async () => {
    writeFiles(tools, { go: fakeGo("echo 'SECURITY ERROR: checksum mismatch' >&2; exit 1") });
    await assert.rejects(ensure(), /YAML language host \S+ could not be built.*\n.*checksum mismatch/);
    assert.equal(fs.existsSync(yamlHostIn(bin())), false);
    assert.deepEqual(fs.readdirSync(path.dirname(engineFolder(home))), [path.basename(engineFolder(home))]);
  });

  it("the host of this machine's engine serves", async function () {
    const executable = yamlHostIn(path.join(engineFolder(), "bin"));
    if (!fs.existsSync(executable)) {
      console.log(`      no host at ${executable}: run \`mssp engine --with yaml\``);
      return this.skip();
    }
    const child = spawn(executable, { stdio: ["ignore", "pipe", "ignore"] });
    try {
      const [port] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
      assert.match(port, /^\d{4,5}$/);
    } finally {
      child.kill();
    }
  });
});
