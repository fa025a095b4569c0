/** What people get wrong at the `mssp` command and in the sandbox's folder: one clear error, and nothing lost. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { mssp, type Ended } from "./mssp";

const isRoot = process.getuid?.() === 0;

describe("mssp", function () {
  this.timeout(30_000);

  describe("typed wrongly", () => {
    const help = /^\(mssp --help lists the commands\)$/m;
    for (const [args, ...says] of [
      [[], /^Usage: mssp \[options\] \[command\]$/m],
      [["sandbox"], /^Usage: mssp sandbox \[options\] \[command\]$/m],
      [["sandbox", "run"], /^error: a command is needed: mssp sandbox run -- <command\.\.\.>$/m, help],
      [["sandboxes"], /^error: unknown command 'sandboxes'$/m, /^\(Did you mean sandbox\?\)$/m, help],
      [["sandbox", "rum"], /^error: unknown command 'rum'$/m, /^\(Did you mean run\?\)$/m, help],
    ] as const) {
      it(`says how it is typed, and fails: ${["mssp", ...args].join(" ")}`, async () => {
        const { exitCode, stdout, stderr } = await mssp(args);
        assert.ok(exitCode === 1 || exitCode === 2, `${exitCode}`);
        assert.equal(stdout, "", "stdout is for what was asked for");
        for (const pattern of says) assert.match(stderr, pattern);
        assert.doesNotMatch(stderr, /^\s+at /m);
      });
    }
  });

  describe("with a name that no stack can have", () => {
    const commands = [
      ["doctor"],
      ["verify"],
      ["token"],
      ["alerts"],
      ["siem-config", "splunk", "--out", "out"],
      ["secrets"],
      ["start"],
    ];
    const names = ["../../x", '"; touch out #', "-v", "$(touch out)", "a\u001b[2Jb", "a/b/c/d"];
    commands.forEach((command, index) => {
      it(`${command[0]} refuses it before anything is read, run or written`, async () => {
        const folder = await mkdtemp(path.join(tmpdir(), "defender-mssp-names-"));
        for (const name of [names[index % names.length] ?? "", ".."]) {
          const { exitCode, stdout, stderr } = await mssp([...command, `--stack=${name}`], { folder });
          assert.ok(exitCode === 1 || exitCode === 2, `${exitCode}`);
          assert.equal(stdout, "");
          assert.match(stderr, /A stack's name is of letters/);
          assert.deepEqual(await readdir(folder), []);
        }
        await rm(folder, { recursive: true });
      });
    });
  });

  describe("with a sandbox that can't be used", () => {
    let folder: string;
    let home: string;

    beforeEach(async () => {
      folder = await mkdtemp(path.join(tmpdir(), "defender-mssp-cli-"));
      home = path.join(folder, "home");
    });
    afterEach(() => rm(folder, { recursive: true, force: true }));

    const sandboxRun = (...flags: string[]) =>
      mssp(["sandbox", "run", "--home", home, ...flags, "--", "touch", path.join(folder, "touched")], { folder });

    /** One line on stderr and no more; the command was never run. */
    async function assertOneError({ exitCode, stdout, stderr }: Ended, pattern: RegExp): Promise<void> {
      assert.equal(exitCode, 1);
      assert.equal(stdout, "");
      assert.match(stderr, /^mssp: [^\n]+$/);
      assert.match(stderr, pattern);
      assert.ok(!(await readdir(folder)).includes("touched"), "the command was run");
    }

    it("says that the port is in use, and starts when it is free again", async () => {
      const other = http.createServer().listen(0, "127.0.0.1");
      await once(other, "listening");
      const port = String((other.address() as AddressInfo).port);
      await assertOneError(await sandboxRun("--port", port), new RegExp(`Port ${port} .* in use.*--port`));
      other.close();
      await once(other, "close");
      assert.equal((await sandboxRun("--port", port)).exitCode, 0);
    });

    it("names a corrupt tenant file, and leaves it and its neighbours alone", async () => {
      assert.equal((await sandboxRun()).exitCode, 0);
      await rm(path.join(folder, "touched"));
      const cloud = path.join(home, "cloud");
      const [tenant = ""] = await readdir(cloud);
      const file = path.join(cloud, tenant);
      const good = await readFile(file, "utf8");
      await writeFile(file, good.slice(0, -20));
      const before = await contents(home);
      for (const ended of [
        await sandboxRun(),
        await mssp(["sandbox", "dump", "--home", home], { folder }),
        await mssp(["start", "--home", home]),
      ]) {
        await assertOneError(withoutSteps(ended), new RegExp(`${tenant} is damaged: .*mssp sandbox reset`));
      }
      assert.deepEqual(await contents(home), before);
      await writeFile(file, good);
      assert.equal((await sandboxRun()).exitCode, 0);
    });

    it("says where it may not write, and leaves the folder alone", async () => {
      await mkdir(home);
      await chmod(home, 0o555);
      // Root may write to any folder, but not to the kernel's own.
      const place = isRoot ? "/sys/defender-mssp" : home;
      const command = ["--", "touch", path.join(folder, "touched")];
      await assertOneError(
        await mssp(["sandbox", "run", "--home", place, ...command], { folder }),
        new RegExp(`can't use ${place}.*: (permission denied|not permitted|the file system is read-only)\\..*--home`),
      );
      assert.deepEqual(await readdir(home), []);
      await chmod(home, 0o755);
      assert.equal((await sandboxRun()).exitCode, 0);
    });
  });
});

/** `mssp start` says on the way what it does. */
function withoutSteps({ exitCode, stdout, stderr }: Ended): Ended {
  const said = stderr.split("\n").filter((line) => line !== "" && !line.startsWith("▸ "));
  return { exitCode, stdout, stderr: said.join("\n") };
}

/** Every file below a sandbox's home with its text, but for the note of who had the home last. */
async function contents(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of await readdir(folder, { recursive: true })) {
    if (name.startsWith("owner.")) continue;
    const file = path.join(folder, name);
    if ((await stat(file)).isFile()) found[name] = await readFile(file, "utf8");
  }
  return found;
}
