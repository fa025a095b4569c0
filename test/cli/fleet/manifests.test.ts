import assert from "node:assert/strict";
import { parse, parseAllDocuments } from "yaml";
import { kubernetesManifests, objectName } from "../../../cli/fleet/manifests/kubernetes";
import { operatorStates, operatorText } from "../../../cli/fleet/manifests/operatorStatus";
import { pipelineText } from "../../../cli/fleet/manifests/pipelines";
import { pipelineSystems } from "../../../cli/fleet/manifests/systems";
import { options } from "./manifestOptions";

interface StackObject {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: Readonly<Record<string, unknown>> & { readonly envRefs: Readonly<Record<string, { type: string }>> };
}

interface WorkspaceSpec {
  readonly image: string;
  readonly podTemplate: {
    readonly spec: {
      readonly initContainers: readonly {
        readonly image: string;
        readonly command: readonly string[];
        readonly volumeMounts: readonly object[];
      }[];
      readonly containers: readonly object[];
    };
  };
}

describe("objects for the Kubernetes operator", () => {
  const stacks = [
    { stack: "contoso", usesPassphrase: true },
    { stack: "Contoso", usesPassphrase: false },
  ];
  const objects = parseAllDocuments(kubernetesManifests(stacks, options)).map((one) => one.toJS() as StackObject);

  it("are two for each stack; the second one changes nothing", () => {
    const found = objects.filter(({ kind }) => kind === "Stack");
    assert.equal(found.length, 4);
    const [up, drift] = found;
    assert.equal(up?.spec["preview"], undefined);
    assert.equal(up?.spec["workspaceReclaimPolicy"], "Delete");
    assert.equal(drift?.metadata.name, "contoso-drift");
    assert.equal(drift.spec["preview"], true);
    assert.deepEqual(drift.spec["updateTemplate"], { spec: { expectNoChanges: true } });
    assert.ok(found.every(({ spec }) => spec["destroyOnFinalize"] === false));
  });

  it("put the image's packages into the workspace before the operator's `pulumi install`", () => {
    for (const { spec } of objects.filter(({ kind }) => kind === "Stack")) {
      const { podTemplate, image } = (spec["workspaceTemplate"] as { spec: WorkspaceSpec }).spec;
      const [packages, ...others] = podTemplate.spec.initContainers;
      assert.deepEqual(others, []);
      assert.equal(packages?.image, image);
      assert.deepEqual(packages.volumeMounts, [{ name: "share", mountPath: "/share" }]);
      assert.deepEqual(packages.command.slice(-2), ["/home/node/project/node_modules", "/share/workspace/"]);
      // The resource definition requires containers: the operator's own, by its name.
      assert.deepEqual(podTemplate.spec.containers, [{ name: "pulumi" }]);
    }
  });

  it("refer to a stack's passphrase, and contain no secret", () => {
    const [contoso, , other] = objects.filter(({ kind }) => kind === "Stack");
    assert.deepEqual(contoso?.spec.envRefs["PULUMI_CONFIG_PASSPHRASE"], {
      type: "Secret",
      secret: { name: "passphrases", key: "contoso" },
    });
    assert.equal(other?.spec.envRefs["PULUMI_CONFIG_PASSPHRASE"], undefined);
  });

  it("have valid and unique names", () => {
    const names = ["contoso", "Contoso", "con_toso", "con.toso", "a".repeat(60), `${"a".repeat(60)}b`, "_", "-"];
    const made = names.map(objectName);
    assert.equal(new Set(made).size, names.length);
    for (const name of made) {
      assert.match(`${name}-drift`, /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
      assert.ok(`${name}-drift`.length <= 42, name);
    }
    assert.equal(made[0], "contoso");
  });
});

describe("the operator's status", () => {
  it("shows a stalled object first, with a remedy", () => {
    const item = (name: string, type: string, message: string) => ({
      metadata: { name },
      spec: { stack: name },
      status: { conditions: [{ type, status: "True", reason: "R", message }] },
    });
    const objects = operatorStates({ items: [item("a", "Ready", ""), item("b", "Stalled", "3 update failures")] });
    assert.deepEqual(
      objects.map(({ name, state }) => [name, state]),
      [
        ["b", "stalled"],
        ["a", "ready"],
      ],
    );
    assert.match(operatorText(objects), /2 objects, 1 stalled\.\n.*reconciliation-request\.\n$/);
    const failed = { ...objects[0]!, message: "WorkspaceFailed: InstallationFailed: exit status 1" };
    assert.match(operatorText([failed]), /reconciliation-request\.\nAfter WorkspaceFailed, delete the pod/);
    assert.equal(operatorStates({ items: [{ metadata: { name: "n" }, spec: { stack: "n" } }] })[0]?.state, "running");
  });
});

describe("pipelines of the fleet", () => {
  for (const system of pipelineSystems) {
    it(`${system}: YAML with a job for each part, of which only up changes a tenant`, () => {
      const text = pipelineText(system, { parts: 4 });
      assert.ok(parse(text));
      const commands = [...text.matchAll(/npx --no mssp fleet (\w+) [^\n]*/g)];
      assert.deepEqual(
        commands.map(([, command]) => command),
        ["preview", "up", "preview"],
      );
      for (const [line] of commands) assert.match(line, /--part "\$PART"/);
      assert.match(commands[0]?.[0] ?? "", /--policy-pack node_modules\/defender-mssp\/policy( |$)/);
      assert.match(commands[1]?.[0] ?? "", /--yes .*--canary 1 --max-failures 3/);
      assert.match(text, system === "gitlab" ? /parallel: 4/ : system === "azure" ? /parallel: 4/ : /- 4\/4/);
    });
  }

  it("run the installed package's commands: npx downloads none", () => {
    for (const system of pipelineSystems) {
      const text = pipelineText(system, { parts: 4 }).replaceAll(/^#.*\n/gm, "");
      assert.deepEqual(text.match(/npx (?!--no )[^\n]*/g), null, system);
    }
  });

  it("github: actions are pinned, jobs have no more permissions than they need", () => {
    const text = pipelineText("github", { parts: 1 });
    for (const [, pin = ""] of text.matchAll(/uses: (\S+)/g)) assert.match(pin, /@[0-9a-f]{40}$/);
    const { permissions, jobs } = parse(text) as { permissions: object; jobs: Record<string, { permissions: object }> };
    assert.deepEqual(permissions, {});
    for (const job of Object.values(jobs)) assert.deepEqual(job.permissions, { contents: "read", "id-token": "write" });
  });
});
