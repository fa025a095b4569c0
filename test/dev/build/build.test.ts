/** The build of a checkout, on a small one with esbuild itself. */
import assert from "node:assert/strict";
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { execa } from "execa";

const checkout = path.resolve(__dirname, "..", "..", "..");
const builder = path.join("dev", "build", "build.js");
const { build, isStale, clean } = createRequire(__filename)(path.join(checkout, builder)) as {
  readonly build: (root: string) => void;
  readonly isStale: (root: string, only?: readonly string[]) => boolean;
  readonly clean: (root: string) => void;
};

describe("the build of a checkout", () => {
  let root: string;
  const place = (file: string) => path.join(root, file);
  const read = (file: string) => readFile(place(file), "utf8");
  async function write(file: string, text: string): Promise<void> {
    await mkdir(path.dirname(place(file)), { recursive: true });
    await writeFile(place(file), text);
  }
  const run = async (code: string) => (await execa(process.execPath, ["-e", code], { cwd: root })).stdout;
  /** A build, and time enough that the next change is after it. */
  async function built(): Promise<void> {
    build(root);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }

  beforeEach(async () => {
    root = newFolder();
    const project = (options: object) =>
      JSON.stringify({ compilerOptions: { outDir: "dist", ...options }, include: ["src"] });
    await write(
      "tsconfig.build.json",
      JSON.stringify({
        compilerOptions: { rootDir: ".", outDir: "dist" },
        include: ["cli", "cli/table.json"],
        exclude: ["cli/notes"],
        references: [{ path: "packages/one" }],
      }),
    );
    await write("packages/one/tsconfig.json", project({ rootDir: "src", allowJs: true }));
    await copyFile(path.join(checkout, "tsconfig.base.json"), place("tsconfig.base.json"));
    await mkdir(place("dev/build"), { recursive: true });
    await copyFile(path.join(checkout, builder), place(builder));
    await symlink(path.join(checkout, "node_modules"), place("node_modules"), "dir");
    await write(
      "cli/main.ts",
      'import path from "node:path";\nexport { type One, one } from "./one";\nexport const name: string = path.basename("/a/b");\n',
    );
    await write(
      "cli/one.ts",
      "export interface One { a: 1 }\nexport const one = 1;\nexport const later = () => import('./two.js');\n",
    );
    await write("cli/two.ts", "export class Two { field = 2; }\n");
    await write("cli/table.json", '{ "a": 1 }\n');
    await write("cli/notes/a.ts", "not compiled");
    await write("packages/one/src/deep/page.tsx", "const h = (tag: string) => tag;\nexport const page = <p />;\n");
    await write("packages/one/src/script.js", "// As it is.\n");
  });

  it("writes CommonJS that runs: named exports, import() of a module, JSX, JSON and JavaScript as they are", async () => {
    build(root);
    const outputs = (await readdir(place("dist"), { recursive: true })).filter((file) => file.includes("."));
    assert.deepEqual(
      outputs.sort(),
      [
        ".build.json",
        ...["main", "one", "two"].flatMap((name) => [`cli/${name}.js`, `cli/${name}.js.map`]),
        "cli/table.json",
      ].sort(),
    );
    const code =
      'const { name, one } = require("./dist/cli/main.js"); require("./dist/cli/one.js").later().then((two) => console.log(name, one, new two.Two().field))';
    assert.equal(await run(code), "b 1 2");
    assert.equal(await run('console.log(require("./packages/one/dist/deep/page.js").page)'), "p");
    assert.equal(await read("packages/one/dist/script.js"), "// As it is.\n");
    const map = JSON.parse(await read("packages/one/dist/deep/page.js.map")) as { sources: string[] };
    assert.deepEqual(map.sources, ["../../src/deep/page.tsx"]);
  });

  it("a module that exports all of others has their values of now, and its own where names are equal", async () => {
    await write("cli/count.ts", "export let count = 0;\nexport const next = () => ++count;\nexport const own = 1;\n");
    await write("cli/all.ts", 'export * from "./count";\nexport const own = 2;\nexport default 3;\n');
    await write("cli/whole.ts", 'import * as all from "./all";\nall.next();\nexport const seen = { ...all };\n');
    build(root);
    assert.equal(
      await run('console.log(JSON.stringify(require("./dist/cli/whole.js").seen))'),
      '{"default":3,"own":2,"count":1}',
    );
  });

  it("a package's index that only exports loads a module when one of its exports is first used", async () => {
    await write(
      "packages/one/src/index.ts",
      '/** All. */\nexport * from "./count";\nexport { two as second, type Two } from "./two";\nexport type * from "./gone";\n',
    );
    await write("packages/one/src/count.ts", "export let count = 0;\nexport const next = () => ++count;\n");
    await write("packages/one/src/two.ts", "export interface Two { a: 1 }\nexport const two = 2;\n");
    build(root);
    const loaded = 'Object.keys(require.cache).map((file) => file.replace(/.*dist./, "")).join()';
    assert.equal(
      await run(
        `const one = require("./packages/one/dist/index.js"); console.log(${loaded}); one.next(); console.log(one.count, ${loaded}, Object.keys(one).join(), one.second)`,
      ),
      "index.js\n1 index.js,count.js second,count,next 2",
    );
    assert.equal(
      await run('import("./packages/one/dist/index.js").then(({ count, second }) => console.log(count, second))'),
      "0 2",
    );
    await built();
    await write("packages/one/src/count.ts", "export const renamed = 1;\n");
    build(root);
    assert.equal(
      await run('console.log(Object.keys(require("./packages/one/dist/index.js")).join())'),
      "second,renamed",
    );
  });

  it("a stack shows the source's line, where Node.js reads source maps", async () => {
    await write(
      "cli/fails.ts",
      'interface A {\n  a: 1;\n}\nexport function fail(a: A): never {\n  throw new Error("no" + a.a);\n}\n',
    );
    build(root);
    const code = 'try { require("./dist/cli/fails.js").fail({ a: 1 }) } catch (error) { console.log(error.stack) }';
    const { stdout } = await execa(process.execPath, ["--enable-source-maps", "-e", code], { cwd: root });
    assert.match(stdout, /cli\/fails\.ts:5:\d+/);
  });

  it("is stale after a source was changed, added, renamed or removed, and only then", async () => {
    assert.equal(isStale(root), true, "never built");
    await built();
    assert.equal(isStale(root), false, "nothing was changed");
    const changes: Record<string, () => Promise<unknown>> = {
      changed: () => write("cli/one.ts", "export const one = 2;\n"),
      "changed to one of the same size": () => write("cli/one.ts", "export const one = 3;\n"),
      added: () => write("packages/one/src/deep/new.ts", "export {};\n"),
      renamed: () => rename(place("packages/one/src/deep/new.ts"), place("packages/one/src/deep/newer.ts")),
      removed: () => rm(place("packages/one/src/deep/newer.ts")),
      "replaced by a file with an older time": async () => {
        await write("cli/one.ts", "export const one = 4;\n");
        await utimes(place("cli/one.ts"), 1, 1);
      },
      "a project's file": () =>
        write(
          "packages/one/tsconfig.json",
          '{ "compilerOptions": { "rootDir": "src", "outDir": "dist" }, "include": ["src"] }',
        ),
    };
    for (const [what, change] of Object.entries(changes)) {
      await change();
      assert.equal(isStale(root), true, what);
      await built();
      assert.equal(isStale(root), false, `${what}, and built`);
    }
    assert.equal(await run('console.log(require("./dist/cli/one.js").one)'), "4");
    await write("cli/notes.md", "No source.");
    assert.equal(isStale(root), false, "no source was changed");
  });

  it("a new time alone compiles nothing, and is compared only once", async () => {
    await built();
    const before = await stat(place("dist/cli/one.js"));
    await write("cli/one.ts", await read("cli/one.ts"));
    assert.equal(isStale(root), false);
    assert.equal((await stat(place("dist/cli/one.js"))).ino, before.ino);
    const record = await stat(place("dist/.build.json"));
    assert.equal(isStale(root, ["cli/one.ts"]), false);
    assert.ok(record.mtimeMs >= (await stat(place("cli/one.ts"))).ctimeMs - 1000);
  });

  it("looks only at the sources that are asked for", async () => {
    await built();
    await write("packages/one/src/deep/page.tsx", "export {};\n");
    assert.equal(isStale(root, ["cli/main.ts", "cli/two.ts", "absent"]), false);
    await write("cli/two.ts", "export {};\n");
    assert.equal(isStale(root, ["cli/main.ts", "cli/two.ts"]), true);
  });

  it("removes the outputs of removed sources, and nothing else", async () => {
    await write("dist/cli/removed.js", "");
    await write("dist/schemas/a.schema.json", "{}");
    await write("dist/cli/two.d.ts", "");
    await write("dist/cli/removed.d.ts", "");
    await built();
    await rm(place("cli/two.ts"));
    build(root);
    assert.deepEqual((await readdir(place("dist/cli"))).sort(), [
      "main.js",
      "main.js.map",
      "one.js",
      "one.js.map",
      "table.json",
    ]);
    assert.ok(await stat(place("dist/schemas/a.schema.json")));
    clean(root);
    await assert.rejects(stat(place("dist")), { code: "ENOENT" });
    await assert.rejects(stat(place("packages/one/dist")), { code: "ENOENT" });
  });

  it("a syntax error is one message with its place, and nothing is written", async () => {
    await built();
    const before = await read("dist/cli/two.js");
    await write("cli/two.ts", "export const changed = 1;\n");
    await write("cli/one.ts", "export const one = 1;\nconst = 2;\n");
    for (const attempt of ["first", "again"]) {
      const { exitCode, stdout, stderr } = await execa(process.execPath, [place(builder)], { reject: false });
      assert.equal(exitCode, 1, attempt);
      assert.equal(stdout, "");
      assert.match(stderr, /^\S* ?\[ERROR\] Expected identifier but found "="\n\n {4}cli\/one\.ts:2:6:\n/);
      assert.doesNotMatch(stderr, /build\.js/);
    }
    assert.equal(await read("dist/cli/two.js"), before);
    assert.equal(isStale(root), true);
  });

  it("what a build that was ended has left is written again", async () => {
    await built();
    const record = await read("dist/.build.json");
    const { atime, mtime } = await stat(place("dist/.build.json"));
    await write("cli/two.ts", "export const two = 'new';\n");
    build(root);
    // Ended before its record: outputs are of the new source, the record and the lock of the one before.
    await write("dist/.build.json", record);
    await write("dist/.build/0", "half");
    await utimes(place("dist/.build.json"), atime, mtime);
    const ended = execa(process.execPath, ["-e", ""]);
    await ended;
    await write("dist/.build.lock", String(ended.pid));
    await rm(place("dist/cli/main.js"));
    assert.equal(isStale(root), true);
    build(root);
    assert.equal(
      await run('console.log(require("./dist/cli/two.js").two, require("./dist/cli/main.js").one)'),
      "new 1",
    );
    assert.deepEqual((await readdir(place("dist"))).sort(), [".build.json", "cli"]);
  });

  it("a damaged record compiles all", async () => {
    await built();
    await write("dist/.build.json", '{"cli/one.ts": [1');
    await write("cli/one.ts", "export const one = 5;\n");
    assert.equal(isStale(root), true);
    build(root);
    assert.equal(await run('console.log(require("./dist/cli/main.js").one)'), "5");
  });

  it("processes that build at the same time leave one whole build", async () => {
    const ended = await Promise.all([1, 2, 3, 4].map(() => execa(process.execPath, [place(builder)])));
    assertEach(ended, ({ stderr }) => stderr, ["", "", "", ""]);
    assert.equal(await run('console.log(require("./dist/cli/main.js").one)'), "1");
    assert.deepEqual((await readdir(place("dist"))).sort(), [".build.json", "cli"]);
    assert.equal(isStale(root), false);
  });

  it("without the development dependencies: says what is missing, unless nothing is to compile", async () => {
    await built();
    await rm(place("node_modules"));
    assert.equal(isStale(root), false);
    assert.equal((await execa(process.execPath, [place(builder)])).stderr, "");
    await write("cli/one.ts", "export const one = 6;\n");
    const { exitCode, stderr } = await execa(process.execPath, [place(builder)], { reject: false });
    assert.equal(exitCode, 1);
    assert.match(stderr, /^A checkout needs its development dependencies .*`npm ci` without `--omit=dev`\.$/);
  });
});
