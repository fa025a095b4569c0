/**
 * What Pulumi commands on the dev customer take: previews against empty programs, `up` against
 * resources that do nothing.
 */
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { parse, stringify } from "yaml";
import { SandboxProject } from "@defender-mssp/testkit";
import { inTurn, rowOf, timed, type BenchGroup, type BenchOptions, type BenchRow, type RowInfo } from "./row";

const what = "preview without changes, dev customer";
const rows = {
  typeScript: {
    name: "preview-typescript",
    what,
    against: "an empty TypeScript program, Pulumi's defaults",
    goal: 0.75,
  },
  javaScript: { name: "preview-javascript", what, against: "an empty JavaScript program", goal: 1.5 },
  policy: { name: "preview-policy", what: `${what}, policy pack`, against: "the same without the pack", goal: 1.15 },
  up: {
    name: "up",
    what: "up from nothing, dev customer",
    against: "as many resources of the stand-in random provider",
    goal: 1.3,
  },
} satisfies Readonly<Record<string, RowInfo>>;

export const devCustomer: BenchGroup = {
  rows: Object.values(rows),
  async measure(wanted, options) {
    const project = await SandboxProject.create({ checkout: options.checkout });
    try {
      return await new DevCustomer(project, options).measure(wanted);
    } finally {
      await project.dispose();
    }
  },
};

class DevCustomer {
  constructor(
    private readonly project: SandboxProject,
    private readonly options: BenchOptions,
  ) {}

  async measure(wanted: (row: RowInfo) => boolean): Promise<BenchRow[]> {
    await this.#deploy();
    const previews = {
      typeScript: () => this.#emptyProgram("typescript", { "index.ts": "export {};\n", "tsconfig.json": tsconfig }),
      javaScript: () => this.#emptyProgram("javascript", { "index.js": '"use strict";\n' }),
      policy: () => Promise.resolve(() => this.#preview()),
    };
    const measured: BenchRow[] = [];
    for (const [key, baseline] of Object.entries(previews)) {
      const row = rows[key as keyof typeof previews];
      if (!wanted(row)) continue;
      const compared = () => (row === rows.policy ? this.#preview("--policy-pack", "policy") : this.#preview());
      measured.push(rowOf(row, await inTurn(await baseline(), compared, this.options.runs)));
    }
    if (wanted(rows.up)) measured.push(await this.#fromNothing());
    return measured;
  }

  async #deploy(): Promise<void> {
    const { checkout, without } = this.options;
    const settings = parse(await readFile(path.join(checkout, "Pulumi.dev.yaml"), "utf8")) as { config: object };
    const config = Object.entries(settings.config).filter(([key]) => !without.includes(key.split(":")[1] ?? ""));
    const file = stringify({ ...settings, config: Object.fromEntries(config) });
    await writeFile(path.join(this.project.folder, "Pulumi.dev.yaml"), file);
    await this.project.succeed(["stack", "init", "dev"]);
    await this.#up("dev");
  }

  #preview(...flags: readonly string[]) {
    return timed(() => this.project.succeed(["preview", "--stack", "dev", "--expect-no-changes", ...flags]));
  }

  async #emptyProgram(name: string, files: Readonly<Record<string, string>>) {
    const folder = await this.#program(name, files);
    await this.#up(name, folder);
    return () => timed(() => this.project.succeed(["preview", "--stack", name, "--cwd", folder]));
  }

  async #fromNothing(): Promise<BenchRow> {
    const { project } = this;
    const exported = JSON.parse(await project.succeed(["stack", "export", "--stack", "dev"])) as {
      deployment: { resources: unknown[] };
    };
    await project.succeed(["destroy", "--stack", "dev", "--yes", "--skip-preview"]);
    // The stack and the provider are resources, too.
    const count = exported.deployment.resources.length - 2;
    const folder = await this.#program("random", {
      "index.js":
        '"use strict";\nconst { RandomUuid } = require("@pulumi/random");\n' +
        `for (let number = 0; number < ${count}; number++) new RandomUuid(\`uuid-\${number}\`);\n`,
    });
    const upAndAway = async (stack: string, cwd: string) => {
      const measured = await timed(() => this.#up(stack, cwd));
      await project.succeed(["destroy", "--stack", stack, "--yes", "--skip-preview", "--cwd", cwd]);
      return measured;
    };
    const pairs = await inTurn(
      () => upAndAway("random", folder),
      () => upAndAway("dev", project.folder),
      this.options.runs,
    );
    return rowOf(rows.up, pairs);
  }

  #up(stack: string, cwd = this.project.folder): Promise<string> {
    return this.project.succeed(["up", "--stack", stack, "--yes", "--skip-preview", "--cwd", cwd]);
  }

  async #program(name: string, files: Readonly<Record<string, string>>): Promise<string> {
    const folder = path.join(this.project.folder, name);
    await mkdir(folder);
    const [main = ""] = Object.keys(files);
    const all = {
      ...files,
      "Pulumi.yaml": `name: ${name}\nruntime: nodejs\n`,
      "package.json": `${JSON.stringify({ name, main })}\n`,
    };
    for (const [file, text] of Object.entries(all)) await writeFile(path.join(folder, file), text);
    await symlink(path.join(this.options.checkout, "node_modules"), path.join(folder, "node_modules"));
    await this.project.succeed(["stack", "init", name, "--cwd", folder]);
    return folder;
  }
}

/** As in Pulumi's template for TypeScript. */
const tsconfig = JSON.stringify({
  compilerOptions: {
    strict: true,
    outDir: "bin",
    target: "es2020",
    module: "commonjs",
    moduleResolution: "node",
    sourceMap: true,
    experimentalDecorators: true,
    pretty: true,
    noFallthroughCasesInSwitch: true,
    noImplicitReturns: true,
    forceConsistentCasingInFileNames: true,
  },
  files: ["index.ts"],
});
