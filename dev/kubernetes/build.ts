/**
 * Builds Kubernetes' API server and etcd from Go modules: no registry has their executables.
 * Minutes the first time, kept in node_modules/.cache.
 */
import { access, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";

const kubernetes = { version: "v1.34.4", staging: "v0.34.4" };
const etcdVersion = "v3.6.16";

export interface Binaries {
  readonly apiServer: string;
  readonly etcd: string;
}

export async function buildBinaries(cache: string, say: (line: string) => void): Promise<Binaries> {
  const apiServer = await built(cache, "kube-apiserver", say, async () => ({
    module: await apiServerModule(cache),
    main: [
      'import ("os"; "k8s.io/component-base/cli"; "k8s.io/kubernetes/cmd/kube-apiserver/app")',
      "func main() { os.Exit(cli.Run(app.NewAPIServerCommand())) }",
    ],
  }));
  const etcd = await built(cache, "etcd", say, () =>
    Promise.resolve({
      module: [`require go.etcd.io/etcd/server/v3 ${etcdVersion}`],
      main: ['import ("os"; "go.etcd.io/etcd/server/v3/etcdmain")', "func main() { etcdmain.Main(os.Args) }"],
    }),
  );
  return { apiServer, etcd };
}

export interface Operator {
  readonly manager: string;
  readonly agent: string;
}

/**
 * From a clone of the operator's release: its go.mod replaces libraries, so `go install` refuses
 * the module.
 */
export async function buildOperator(cache: string, source: string, say: (line: string) => void): Promise<Operator> {
  const folder = path.join(cache, "operator");
  await mkdir(folder, { recursive: true });
  say("Building the operator: minutes the first time.");
  const operator = { manager: path.join(folder, "manager"), agent: path.join(folder, "agent") };
  for (const [file, main] of [
    [operator.manager, "./operator/cmd"],
    [operator.agent, "./agent"],
  ] as const)
    await execa("go", ["build", "-ldflags", "-s -w", "-o", file, main], { cwd: source, stderr: "inherit" });
  return operator;
}

/**
 * Kubernetes' own go.mod replaces its libraries by folders of its repository; other modules need
 * their published versions.
 */
async function apiServerModule(cache: string): Promise<string[]> {
  const { stdout } = await execa("go", ["mod", "download", "-json", `k8s.io/kubernetes@${kubernetes.version}`], {
    cwd: cache,
  });
  const { GoMod } = JSON.parse(stdout) as { GoMod: string };
  const replaced = [...(await readFile(GoMod, "utf8")).matchAll(/^\s*(\S+) => \.\/staging\//gm)];
  return [
    `require k8s.io/kubernetes ${kubernetes.version}`,
    ...replaced.map(([, name = ""]) => `replace ${name} => ${name} ${kubernetes.staging}`),
  ];
}

async function built(
  cache: string,
  name: string,
  say: (line: string) => void,
  sources: () => Promise<{ readonly module: readonly string[]; readonly main: readonly string[] }>,
): Promise<string> {
  const folder = path.join(cache, name);
  const file = path.join(folder, name);
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (isThere) return file;
  await mkdir(folder, { recursive: true });
  say(`Building ${name}: some minutes, once.`);
  const { module, main } = await sources();
  await writeFile(path.join(folder, "go.mod"), `module example.com/${name}\n\ngo 1.25.0\n\n${module.join("\n")}\n`);
  await writeFile(path.join(folder, "main.go"), `package main\n\n${main.join("\n\n")}\n`);
  await execa("go", ["build", "-mod=mod", "-ldflags", "-s -w", "-o", file, "."], { cwd: folder, stderr: "inherit" });
  return file;
}
