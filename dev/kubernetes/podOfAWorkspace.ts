/** The pod that the operator makes of a Stack object, held to what docs/guides/fleet.md says. */
import assert from "node:assert/strict";
import type { KubernetesOptions } from "../../cli/fleet/manifests/kubernetes";

interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly workingDir?: string;
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: object }[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
  readonly securityContext?: { readonly allowPrivilegeEscalation?: boolean };
  readonly resources?: { readonly requests?: Readonly<Record<string, string>> };
}

export interface StatefulSet {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly generation: number };
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: {
        readonly serviceAccountName: string;
        readonly securityContext: object;
        readonly initContainers: readonly Container[];
        readonly containers: readonly Container[];
        readonly volumes: readonly { readonly name: string }[];
      };
    };
  };
}

export function checkPod(
  { spec: { template } }: StatefulSet,
  { options, stack }: { readonly options: KubernetesOptions; readonly stack: string },
): void {
  assert.equal(template.metadata.labels["azure.workload.identity/use"], "true");
  const { serviceAccountName, securityContext, initContainers, containers, volumes } = template.spec;
  assert.equal(serviceAccountName, options.serviceAccount);
  assert.deepEqual(
    { ...securityContext, seccompProfile: undefined },
    {
      runAsNonRoot: true,
      runAsUser: 1000,
      runAsGroup: 1000,
      seccompProfile: undefined,
    },
  );
  assert.ok(volumes.some(({ name }) => name === "share"));
  // The packages are installed after the repository is there, and before the agent starts.
  assert.deepEqual(
    initContainers.map(({ name }) => name),
    ["bootstrap", "fetch", "packages"],
  );
  const [, fetch, packages] = initContainers;
  const [pulumi, ...others] = containers;
  assert.ok(packages && pulumi);
  assert.deepEqual(others, []);
  assert.deepEqual(reference(fetch, "GIT_TOKEN"), { secretKeyRef: { name: options.gitSecret, key: "token" } });
  assert.equal(packages.image, options.image);
  assert.equal(packages.command?.at(-1), "/share/workspace/");
  assert.deepEqual(packages.volumeMounts, [{ name: "share", mountPath: "/share" }]);
  assert.equal(packages.securityContext?.allowPrivilegeEscalation, false);
  assert.equal(pulumi.image, options.image);
  assert.equal(pulumi.workingDir, "/share/workspace");
  assert.equal(pulumi.resources?.requests?.["memory"], "512Mi");
  const value = (name: string) => pulumi.env?.find((one) => one.name === name)?.value;
  assert.equal(value("PULUMI_BACKEND_URL"), options.backend);
  assert.equal(value("ARM_CLIENT_ID"), options.clientId);
  assert.equal(value("AZURE_FEDERATED_TOKEN_FILE"), value("ARM_OIDC_TOKEN_FILE_PATH"));
  const passphrase = { secretKeyRef: { name: options.passphraseSecret, key: stack } };
  assert.deepEqual(reference(pulumi, "PULUMI_CONFIG_PASSPHRASE"), passphrase);
}

function reference(container: Container | undefined, name: string): object | undefined {
  return container?.env?.find((one) => one.name === name)?.valueFrom;
}
