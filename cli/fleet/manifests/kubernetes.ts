/**
 * Objects for the Pulumi Kubernetes Operator 2.9: for each customer, one Stack that runs `up` and
 * one that checks for drift. Secrets are referenced, never written.
 */
import { createHash } from "node:crypto";
import { stringify } from "yaml";

export interface KubernetesOptions {
  readonly namespace: string;
  readonly image: string;
  readonly repository: string;
  readonly branch: string;
  readonly backend: string;
  readonly secretsProvider?: string;
  /** Client ID of the MSSP's automation application. */
  readonly clientId: string;
  /** Of the MSSP, for the backend and the key. */
  readonly tenantId?: string;
  readonly serviceAccount: string;
  /** Name of the Secret whose key `token` reads the repository. */
  readonly gitSecret: string;
  /** Name of the Secret that has a passphrase for each stack, by the stack's object name. */
  readonly passphraseSecret: string;
}

/** A stack, and whether its settings file says that a passphrase encrypts its secrets. */
export interface ManifestStack {
  readonly stack: string;
  readonly usesPassphrase: boolean;
}

/** The operator names other objects after a Stack, and limits its name to this length. */
const nameLimit = 42;
const driftSuffix = "-drift";
const tokenFile = "/var/run/secrets/azure/tokens/azure-identity-token";

/** YAML documents, the namespace and the account first. */
export function kubernetesManifests(stacks: readonly ManifestStack[], options: KubernetesOptions): string {
  const objects = [...accountObjects(options), ...stacks.flatMap((one) => stackObjects(one, options))];
  return objects.map((one) => stringify(one, { lineWidth: 0 })).join("---\n");
}

/** A valid, unique Kubernetes name: changed or shortened names end with a part of a hash. */
export function objectName(stack: string): string {
  const room = nameLimit - driftSuffix.length;
  const plain = stack
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  if (plain === stack && plain.length <= room) return plain;
  const hash = createHash("sha256").update(stack).digest("hex").slice(0, 8);
  return [plain.slice(0, room - 9).replace(/-+$/, ""), hash].filter((part) => part !== "").join("-");
}

function accountObjects({ namespace, serviceAccount, clientId }: KubernetesOptions): object[] {
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
    {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: serviceAccount, namespace, annotations: { "azure.workload.identity/client-id": clientId } },
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: `${namespace}-${serviceAccount}-auth-delegator` },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "system:auth-delegator" },
      subjects: [{ kind: "ServiceAccount", name: serviceAccount, namespace }],
    },
  ];
}

function stackObjects(one: ManifestStack, options: KubernetesOptions): object[] {
  const name = objectName(one.stack);
  const { namespace } = options;
  const labels = { "app.kubernetes.io/managed-by": "mssp-fleet" };
  const object = (objectName: string, spec: object) => ({
    apiVersion: "pulumi.com/v1",
    kind: "Stack",
    metadata: { name: objectName, namespace, labels: { ...labels, "mssp/stack": labelOf(one.stack) } },
    spec,
  });
  return [
    // The operator's `destroyOnFinalize` can't delete dynamic resources: destroy with `npx mssp
    // fleet destroy`.
    object(name, { ...commonSpec(one, name, options), refresh: true, resyncFrequencySeconds: 86_400 }),
    object(`${name}${driftSuffix}`, {
      ...commonSpec(one, name, options),
      preview: true,
      refresh: true,
      continueResyncOnCommitMatch: true,
      resyncFrequencySeconds: 86_400,
      // Version 2.9 ignores `expectNoRefreshChanges`; without this, no status shows drift.
      updateTemplate: { spec: { expectNoChanges: true } },
    }),
  ];
}

function commonSpec({ stack, usesPassphrase }: ManifestStack, name: string, options: KubernetesOptions): object {
  const { backend, secretsProvider, repository, branch, gitSecret, serviceAccount, image, clientId, tenantId } =
    options;
  return {
    stack,
    backend,
    ...(secretsProvider === undefined ? {} : { secretsProvider }),
    // The stack is created elsewhere: otherwise its key would stay in the pod.
    useLocalStackOnly: true,
    projectRepo: repository,
    branch: `refs/heads/${branch}`,
    gitAuth: { accessToken: { type: "Secret", secret: { name: gitSecret, key: "token" } } },
    serviceAccountName: serviceAccount,
    envRefs: {
      ARM_USE_OIDC: literal("true"),
      ARM_CLIENT_ID: literal(clientId),
      ARM_OIDC_TOKEN_FILE_PATH: literal(tokenFile),
      AZURE_CLIENT_ID: literal(clientId),
      AZURE_FEDERATED_TOKEN_FILE: literal(tokenFile),
      ...(tenantId === undefined ? {} : { AZURE_TENANT_ID: literal(tenantId) }),
      ...(usesPassphrase
        ? { PULUMI_CONFIG_PASSPHRASE: { type: "Secret", secret: { name: options.passphraseSecret, key: name } } }
        : {}),
    },
    destroyOnFinalize: false,
    workspaceReclaimPolicy: "Delete",
    workspaceTemplate: {
      spec: {
        image,
        resources: { requests: { memory: "512Mi" } },
        podTemplate: {
          metadata: { labels: { "azure.workload.identity/use": "true" } },
          spec: { initContainers: [packagesContainer(image)], containers: [{ name: "pulumi" }] },
        },
      },
    },
  };
}

/**
 * Puts the image's packages into the workspace, after the operator has fetched the repository. The
 * operator then runs `pulumi install`, which refuses a project whose `main` is in a package that is
 * not there yet. templates/kubernetes/Dockerfile leaves it nothing to install.
 */
function packagesContainer(image: string): object {
  return {
    name: "packages",
    image,
    command: ["cp", "--recursive", "/home/node/project/node_modules", "/share/workspace/"],
    volumeMounts: [{ name: "share", mountPath: "/share" }],
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
  };
}

function literal(value: string): object {
  return { type: "Literal", literal: { value } };
}

/** A label's value has at most 63 characters and ends with a letter or digit. */
function labelOf(stack: string): string {
  return stack.slice(0, 63).replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "");
}
