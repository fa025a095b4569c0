/**
 * `npm run test:kubernetes`: a real API server with the operator's resource definitions takes the
 * objects of `mssp fleet manifests kubernetes` for 200 customers, strictly, and refuses wrong ones.
 * With `--operator <folder>`, a clone of the operator's release, the operator itself then makes its
 * workspaces of a customer's objects. Needs Go and the folder of definitions (argument, or
 * ../shared/reference/kubernetes).
 */
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { parse, parseAllDocuments, stringify } from "yaml";
import { kubernetesManifests, type KubernetesOptions } from "../../cli/fleet/manifests/kubernetes";
import { startApiServer, type ApiServer } from "./apiServer";
import { buildBinaries, buildOperator } from "./build";
import { routeOf, type KubernetesObject } from "./objects";
import { runOperator } from "./operator";

const checkout = path.resolve(__dirname, "..", "..", "..");
const strictly = "dryRun=All&fieldValidation=Strict";

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { customers: { type: "string", default: "200" }, operator: { type: "string" } },
    allowPositionals: true,
  });
  const definitions = path.resolve(positionals[0] ?? path.join(checkout, "..", "shared", "reference", "kubernetes"));
  if (!existsSync(definitions)) {
    say(
      `Skipped: ${definitions} does not exist. Name a folder with the resource definitions of the Pulumi Kubernetes Operator 2.9.0 (deploy/crds of its ` +
        "repository): npm run test:kubernetes -- <folder>.",
    );
    return;
  }
  const cache = path.join(checkout, "node_modules", ".cache", "kubernetes");
  await mkdir(cache, { recursive: true });
  const server = await startApiServer(await buildBinaries(cache, say));
  try {
    await applyDefinitions(server, definitions);
    const objects = manifests(Number(values.customers));
    for (const object of objects) await accepted(server, object);
    say(`${objects.length} objects of ${values.customers} customers were accepted.`);
    await wrongOnesAreRefused(server, objects);
    if (values.operator === undefined) {
      say("The operator was not run: --operator <folder> names a clone of its release 2.9.0.");
    } else {
      const operator = await buildOperator(cache, path.resolve(values.operator), say);
      await runOperator({ server, operator, checkout, options, say });
    }
  } finally {
    await server.stop();
  }
}

const options: KubernetesOptions = {
  namespace: "mssp-customers",
  image: "registry.example/mssp-pulumi:3.259.0",
  repository: "https://git.example/customers.git",
  branch: "main",
  backend: "azblob://state?storage_account=msspstate",
  secretsProvider: "azurekeyvault://vault.vault.azure.net/keys/state",
  clientId: "11111111-2222-3333-4444-555555555555",
  tenantId: "66666666-7777-8888-9999-000000000000",
  serviceAccount: "mssp-automation",
  gitSecret: "repository",
  passphraseSecret: "passphrases",
};

function manifests(customers: number): KubernetesObject[] {
  const stacks = Array.from({ length: customers }, (_, index) => ({
    // Also names that Kubernetes does not take as they are.
    stack: index % 10 === 0 ? `Customer_${index}.${"x".repeat(60)}` : `customer-${index}`,
    usesPassphrase: index % 2 === 0,
  }));
  return parseAllDocuments(kubernetesManifests(stacks, options)).map((one) => one.toJS() as KubernetesObject);
}

async function applyDefinitions(server: ApiServer, folder: string): Promise<void> {
  for (const file of (await readdir(folder)).filter((name) => name.endsWith(".yaml"))) {
    const text = await readFile(path.join(folder, file), "utf8");
    const { name } = (parse(text) as KubernetesObject).metadata;
    const route = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}?fieldManager=mssp&force=true`;
    const { status, body } = await server.send("PATCH", route, text);
    if (status >= 300) throw new Error(`${file}: ${status} ${body.slice(0, 500)}`);
  }
  for (let tries = 0; tries < 60; tries++) {
    if ((await server.send("GET", "/apis/pulumi.com/v1/stacks")).status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  throw new Error("the server does not serve pulumi.com/v1");
}

async function accepted(server: ApiServer, object: KubernetesObject): Promise<void> {
  // Only the namespace is created: objects in it can't be checked without it.
  const query = object.kind === "Namespace" ? "fieldValidation=Strict" : strictly;
  const { status, body } = await server.send("POST", `${routeOf(object)}?${query}`, stringify(object));
  if (status !== 201) throw new Error(`${object.kind} ${object.metadata.name}: ${status} ${body.slice(0, 800)}`);
}

async function wrongOnesAreRefused(server: ApiServer, objects: readonly KubernetesObject[]): Promise<void> {
  const stack = objects.find(({ kind }) => kind === "Stack");
  if (stack === undefined) throw new Error("there is no Stack");
  const wrong = {
    "a field that is misspelled": { ...stack, spec: { ...stack.spec, workspaceReclaimPolice: "Delete" } },
    "a name of 43 characters": { ...stack, metadata: { ...stack.metadata, name: "x".repeat(43) } },
  };
  for (const [what, object] of Object.entries(wrong)) {
    const { status } = await server.send("POST", `${routeOf(object)}?${strictly}`, stringify(object));
    if (status < 400) throw new Error(`${what} was accepted: the check proves nothing`);
    say(`${what}: refused with ${status}, as it must be.`);
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

void main();
