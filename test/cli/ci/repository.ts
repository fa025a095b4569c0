/** A git repository of customers in a temporary folder, for tests of what a range of commits touches. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { execa } from "execa";

export class Repository {
  private constructor(readonly folder: string) {}

  /** With a first commit of two customers, the sandbox's stacks and some code. */
  static async create(): Promise<Repository> {
    const repository = new Repository(newFolder());
    await repository.git("init", "--quiet", "--initial-branch=main");
    await repository.commit({
      "Pulumi.yaml": "name: defender-mssp\n",
      "Pulumi.contoso.yaml": "config:\n  a: contoso\n",
      "Pulumi.tailwind.yaml": "config:\n  a: tailwind\n",
      "Pulumi.dev.yaml": "config:\n  a: dev\n",
      "Pulumi.sandbox-basic.yaml": "config:\n  a: basic\n",
      "index.ts": "export {};\n",
      "launcher.js": "",
      "package-lock.json": "{}\n",
      "docs/ci.md": "# CI\n",
    });
    return repository;
  }

  /** Writes files, deletes those given as undefined, and commits. Answers with the commit. */
  async commit(files: Readonly<Record<string, string | undefined>>): Promise<string> {
    for (const [name, content] of Object.entries(files)) {
      const file = path.join(this.folder, name);
      await mkdir(path.dirname(file), { recursive: true });
      if (content === undefined) await rm(file);
      else await writeFile(file, content);
    }
    await this.git("add", "--all");
    await this.git("commit", "--quiet", "--allow-empty", "--message", "a change");
    return this.git("rev-parse", "HEAD");
  }

  async git(...args: readonly string[]): Promise<string> {
    const who = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"];
    const { stdout } = await execa("git", [...who, ...args], { cwd: this.folder, stdin: "ignore" });
    return stdout;
  }
}
