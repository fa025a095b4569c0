/** The objects of `templates/kubernetes`, checked by kubeconform against the operator's published resource definitions. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { checkoutFolder, referenceFolder, newFolder } from "@defender-mssp/testkit";
import { parse } from "yaml";
import { templates } from "./workflowFiles";

const definition = path.join(referenceFolder(), "kubernetes", "pulumi.com_stacks.yaml");
const kubeconformVersion = "v0.7.0";

interface Definition {
  readonly spec: { readonly versions: readonly { name: string; schema: { openAPIV3Schema: Schema } }[] };
}
interface Schema {
  additionalProperties?: unknown;
  properties?: Record<string, Schema>;
  items?: Schema;
  "x-kubernetes-preserve-unknown-fields"?: boolean;
}

describe("templates/kubernetes, read by kubeconform", function () {
  let folder: string | undefined;
  let kubeconform: string;

  before(async function () {
    if (!existsSync(definition)) {
      this.skip(); // The definitions are not part of this repository.
    }
    kubeconform = await installed().catch(() => this.skip()); // Needs Go and its module proxy.
    folder = newFolder();
    const { spec } = parse(await readFile(definition, "utf8")) as Definition;
    const schema = spec.versions.find(({ name }) => name === "v1")?.schema.openAPIV3Schema;
    assert.ok(schema);
    closeObjects(schema);
    await writeFile(path.join(folder, "stack.json"), JSON.stringify(schema));
  });
  after(async () => {
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  it("accepts the two Stack objects of a customer", async () => {
    const { exitCode, stdout } = await check(await text());
    assert.equal(exitCode, 0, stdout);
    assert.match(stdout, /5 resources found .* Valid: 2, Invalid: 0, Errors: 0, Skipped: 3/);
  });

  it("refuses a misspelled field", async () => {
    const wrong = (await text()).replace("workspaceReclaimPolicy", "workspaceReclaimPolice");
    const { exitCode, stdout } = await check(wrong);
    assert.equal(exitCode, 1);
    assert.match(stdout, /workspaceReclaimPolice/);
  });

  async function text(): Promise<string> {
    const files = ["fleet.yaml", "customer.yaml"].map((name) => path.join(templates, "kubernetes", name));
    return (await Promise.all(files.map((file) => readFile(file, "utf8")))).join("---\n");
  }

  async function check(manifests: string) {
    const location = path.join(folder ?? "", "{{ .ResourceKind }}.json");
    const skipped = "Namespace,ServiceAccount,ClusterRoleBinding";
    return execa(kubeconform, ["-strict", "-summary", "-skip", skipped, "-schema-location", location, "-"], {
      input: manifests,
      reject: false,
    });
  }

  async function installed(): Promise<string> {
    const GOBIN = path.join(checkoutFolder(), "node_modules", ".cache", "kubeconform");
    const file = path.join(GOBIN, "kubeconform");
    if (existsSync(file)) return file;
    await execa("go", ["install", `github.com/yannh/kubeconform/cmd/kubeconform@${kubeconformVersion}`], {
      env: { GOBIN, GOFLAGS: "" },
    });
    return file;
  }
});

/** A definition's objects take unknown fields by JSON schema's rules; a strict server refuses them. */
function closeObjects(schema: Schema): void {
  if (schema.properties !== undefined && schema["x-kubernetes-preserve-unknown-fields"] !== true) {
    schema.additionalProperties ??= false;
  }
  for (const part of Object.values(schema.properties ?? {})) closeObjects(part);
  if (schema.items !== undefined) closeObjects(schema.items);
  if (typeof schema.additionalProperties === "object" && schema.additionalProperties !== null) {
    closeObjects(schema.additionalProperties);
  }
}
