/** Kubernetes objects, as far as they are read here. */

export interface KubernetesObject {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: object;
}

/** Where objects of this kind are created. */
export function routeOf({ kind, metadata: { namespace } }: KubernetesObject): string {
  switch (kind) {
    case "Namespace":
      return "/api/v1/namespaces";
    case "ServiceAccount":
      return `/api/v1/namespaces/${namespace}/serviceaccounts`;
    case "Secret":
      return `/api/v1/namespaces/${namespace}/secrets`;
    case "ClusterRoleBinding":
      return "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
    default:
      return `/apis/pulumi.com/v1/namespaces/${namespace}/stacks`;
  }
}
