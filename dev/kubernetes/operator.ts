/**
 * The operator's own manager and agent against the API server. Without a kubelet no pod runs: this
 * process reports the pod of one workspace as running, and starts the agent of that workspace.
 */
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { engineFolder } from "@defender-mssp/engine";
import { execa } from "execa";
import { stringify } from "yaml";
import { kubernetesManifests, type KubernetesOptions } from "../../cli/fleet/manifests/kubernetes";
import { operatorStates, operatorText, type OperatorStack } from "../../cli/fleet/manifests/operatorStatus";
import { freePort, type ApiServer } from "./apiServer";
import type { Operator } from "./build";
import { routeOf, type KubernetesObject } from "./objects";
import { checkPod, type StatefulSet } from "./podOfAWorkspace";

const stack = "contoso";
const gitToken = "not-a-real-token";
const secondsToWait = 120;
const revision = "tried";

interface Setting {
  readonly server: ApiServer;
  readonly operator: Operator;
  readonly checkout: string;
  readonly options: KubernetesOptions;
  readonly say: (line: string) => void;
}

/** @throws Error if the operator does not do what docs/guides/fleet.md says. */
export async function runOperator(setting: Setting): Promise<void> {
  const { server, operator, options, say } = setting;
  const folder = await mkdtemp(path.join(tmpdir(), "mssp-operator-"));
  const project = await createProject(folder, setting.checkout);
  const repository = await serveRepository(project.folder, server);
  const agentPort = await freePort();
  const own = { cwd: folder, reject: false, stdin: "ignore", all: true } as const;
  const agent = execa(
    operator.agent,
    ["serve", "--workspace", project.folder, "--skip-install", "--host", "127.0.0.1", "--port", `${agentPort}`],
    { ...own, env: project.environment },
  );
  const manager = execa(
    operator.manager,
    [`--program-fs-addr=127.0.0.1:${await freePort()}`, `--health-probe-bind-address=127.0.0.1:${await freePort()}`],
    {
      ...own,
      env: {
        KUBECONFIG: server.kubeconfig,
        SSL_CERT_FILE: server.certificate,
        POD_NAMESPACE: "pulumi-kubernetes-operator",
        POD_SA_NAME: "controller-manager",
        WORKSPACE_LOCALHOST: `127.0.0.1:${agentPort}`,
      },
    },
  );
  try {
    await createObjects(server, { ...options, repository: repository.url });
    await checkWorkspaces(setting);
    if (!repository.tokens.has(gitToken)) throw new Error("the operator did not read the repository with the token");
    await checkStates(setting, project);
  } catch (error) {
    say(`From the operator's log:\n${await excerpt(manager)}\nFrom the agent's log:\n${await excerpt(agent)}`);
    throw error;
  } finally {
    for (const running of [manager, agent]) {
      running.kill("SIGTERM");
      await running;
    }
    await repository.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function excerpt(running: ReturnType<typeof execa>): Promise<string> {
  running.kill("SIGTERM");
  const { all } = await running;
  const lines = String(all).split("\n");
  const errors = lines.filter((line) => /"level":"error"|\tERROR\t|Reconcil/.test(line));
  return errors.slice(0, 20).join("\n");
}

/** The objects of one customer whose stack has a passphrase, and the Secrets that they refer to. */
async function createObjects(server: ApiServer, options: KubernetesOptions): Promise<void> {
  const account = { name: "controller-manager", namespace: "pulumi-kubernetes-operator" };
  const secret = (name: string, stringData: object) => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace: options.namespace },
    stringData,
  });
  const manifests = kubernetesManifests([{ stack, usesPassphrase: true }], options);
  const { parseAllDocuments } = await import("yaml");
  const [namespace, ...others] = parseAllDocuments(manifests).map((one) => one.toJS() as KubernetesObject);
  const before: KubernetesObject[] = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: account.namespace } },
    { apiVersion: "v1", kind: "ServiceAccount", metadata: account },
    ...(namespace === undefined ? [] : [namespace]),
    secret(options.gitSecret, { token: gitToken }),
    secret(options.passphraseSecret, { [stack]: "not-a-real-passphrase" }),
  ];
  for (const object of [...before, ...others]) {
    const { status, body } = await server.send("POST", routeOf(object), stringify(object));
    if (status !== 201 && status !== 409) throw new Error(`${object.kind}: ${status} ${body.slice(0, 500)}`);
  }
}

/** Both Stack objects have a workspace, whose pod is the one that the manifests ask for. */
async function checkWorkspaces({ server, options, say }: Setting): Promise<void> {
  for (const name of [stack, `${stack}-drift`]) {
    const route = `/apis/apps/v1/namespaces/${options.namespace}/statefulsets/${name}-workspace`;
    const found = await until(`the StatefulSet of ${name}`, async () => {
      const { status, body } = await server.send("GET", route);
      return status === 200 ? (JSON.parse(body) as StatefulSet) : undefined;
    });
    checkPod(found, { options, stack: stack });
    say(`${name}: the operator made a workspace, whose pod is the one that the manifests ask for.`);
  }
  const states = await stacks(server, options);
  if (states.some(({ state }) => state !== "running")) throw new Error(operatorText(states));
  say("mssp fleet status shows both objects as running.");
}

async function stacks(server: ApiServer, { namespace }: KubernetesOptions): Promise<OperatorStack[]> {
  const { body } = await server.send("GET", `/apis/pulumi.com/v1/namespaces/${namespace}/stacks`);
  return operatorStates(JSON.parse(body));
}

/** A project whose `main` is in a package, as `mssp init` makes it, with a program of one output. */
interface Project {
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
}

async function createProject(folder: string, checkout: string): Promise<Project> {
  const project = path.join(folder, "project");
  await mkdir(path.join(project, "program"), { recursive: true });
  const main = "main: node_modules/program/index.js\n";
  await writeFile(
    path.join(project, "Pulumi.yaml"),
    `name: tried\nruntime: { name: nodejs, options: { typescript: false } }\n${main}`,
  );
  await writeFile(
    path.join(project, "package.json"),
    '{ "name": "tried", "dependencies": { "program": "file:program" } }\n',
  );
  await writeFile(path.join(project, "program", "package.json"), '{ "name": "program", "version": "1.0.0" }\n');
  await writeFile(path.join(project, "program", "index.js"), 'exports.onboarded = "yes";\n');
  const environment = {
    PATH: [path.join(engineFolder(), "bin"), process.env["PATH"] ?? ""].join(":"),
    NODE_PATH: path.join(checkout, "node_modules"),
    PULUMI_HOME: path.join(folder, "pulumi"),
    PULUMI_BACKEND_URL: `file://${folder}`,
    PULUMI_CONFIG_PASSPHRASE: "not-a-real-passphrase",
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
  const run = (command: string, args: readonly string[]) => execa(command, args, { cwd: project, env: environment });
  await run("npm", ["install", "--package-lock-only"]);
  await run("git", ["init", "--quiet", "--initial-branch", "main"]);
  await run("git", ["add", "--all"]);
  await run("git", ["-c", "user.name=m", "-c", "user.email=m@example.com", "commit", "--quiet", "--message", "first"]);
  await run("pulumi", ["stack", "init", stack]);
  return { folder: project, environment };
}

interface Repository {
  readonly url: string;
  /** The tokens that were sent. */
  readonly tokens: ReadonlySet<string>;
  close(): Promise<void>;
}

/** What git's smart HTTP protocol answers to somebody who asks for the branches. */
async function serveRepository(folder: string, { certificate, key }: ApiServer): Promise<Repository> {
  const tokens = new Set<string>();
  const service = "git-upload-pack";
  // The operator refuses a repository that is read without TLS.
  const [cert, own] = [await readFile(certificate), await readFile(key)];
  const server = https.createServer({ cert, key: own }, (request, response) => {
    const [, basic = ""] = /^Basic (.*)$/.exec(request.headers.authorization ?? "") ?? [];
    tokens.add(Buffer.from(basic, "base64").toString().replace(/^.*:/, ""));
    const args = ["upload-pack", "--stateless-rpc", "--advertise-refs", folder];
    void execa("git", args, { encoding: "buffer" }).then(({ stdout }) => {
      response.writeHead(200, { "content-type": `application/x-${service}-advertisement` });
      response.end(Buffer.concat([Buffer.from(`001e# service=${service}\n0000`), stdout]));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}/mssp/customers.git`,
    tokens,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/**
 * The pod runs: without the packages the operator's `pulumi install` fails and the object stalls,
 * with them the update succeeds.
 */
async function checkStates({ server, options, say }: Setting, project: Project): Promise<void> {
  const set = `/apis/apps/v1/namespaces/${options.namespace}/statefulsets/${stack}-workspace`;
  const found = JSON.parse((await server.send("GET", set)).body) as StatefulSet;
  await reportRunning(server, set, found);
  const seen = async (state: string) =>
    until(`${stack} is ${state}`, async () => {
      const one = (await stacks(server, options)).find(({ name }) => name === stack);
      return one?.state === state ? one : undefined;
    });
  const stalled = await seen("stalled");
  if (!stalled.message.includes("main")) throw new Error(`another reason: ${stalled.message}`);
  say(`Without its packages the object stalls, as mssp fleet status shows: ${stalled.message.split("\n")[0]}`);
  // What the pod's container `packages` does with the packages of our image.
  await execa("npm", ["ci", "--ignore-scripts"], { cwd: project.folder });
  await server.send(
    "DELETE",
    `/api/v1/namespaces/${options.namespace}/pods/${found.metadata.name}-0?gracePeriodSeconds=0`,
  );
  await report(server, set, found, 0);
  await reportRunning(server, set, found);
  const asked = { "pulumi.com/reconciliation-request": "again" };
  const again = { apiVersion: "pulumi.com/v1", kind: "Stack", metadata: { name: stack, annotations: asked } };
  const route = `/apis/pulumi.com/v1/namespaces/${options.namespace}/stacks/${stack}?fieldManager=mssp`;
  await server.send("PATCH", route, stringify(again));
  await seen("ready");
  const { body } = await server.send("GET", route);
  const { outputs } = (JSON.parse(body) as { status: { outputs?: Record<string, unknown> } }).status;
  if (outputs?.["onboarded"] !== "yes") throw new Error(`outputs: ${JSON.stringify(outputs)}`);
  say(
    "With them, in a new pod and after the annotation, the operator runs `up`, and mssp fleet status shows the object as ready.",
  );
}

/** What the kubelet and the StatefulSet's controller write of a pod that runs. */
async function reportRunning(server: ApiServer, route: string, set: StatefulSet): Promise<void> {
  const { name, namespace } = set.metadata;
  const { metadata, spec } = set.spec.template;
  const labels = { ...metadata.labels, "controller-revision-hash": revision };
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: `${name}-0`, namespace, labels }, spec };
  const created = await server.send("POST", `/api/v1/namespaces/${namespace}/pods`, stringify(pod));
  if (created.status !== 201) throw new Error(`pod: ${created.status} ${created.body.slice(0, 500)}`);
  await report(server, route, set, 1);
}

async function report(server: ApiServer, route: string, set: StatefulSet, replicas: number): Promise<void> {
  const { name, generation } = set.metadata;
  const status = {
    replicas,
    readyReplicas: replicas,
    availableReplicas: replicas,
    observedGeneration: generation,
    currentRevision: revision,
    updateRevision: revision,
  };
  const text = stringify({ apiVersion: "apps/v1", kind: "StatefulSet", metadata: { name }, status });
  const patched = await server.send("PATCH", `${route}/status?fieldManager=kubelet&force=true`, text);
  if (patched.status !== 200) throw new Error(`status: ${patched.status} ${patched.body.slice(0, 500)}`);
}

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (let second = 0; second < secondsToWait; second++) {
    const found = await look();
    if (found !== undefined) return found;
    await wait(1000);
  }
  throw new Error(`${what}: not within ${secondsToWait} seconds`);
}
