import type { KubernetesOptions } from "../../../cli/fleet/manifests/kubernetes";

/** An MSSP's installation of the operator. */
export const options: KubernetesOptions = {
  namespace: "mssp-customers",
  image: "registry.example/mssp-pulumi:3.259.0",
  repository: "https://git.example/customers.git",
  branch: "main",
  backend: "azblob://state?storage_account=msspstate",
  clientId: "11111111-2222-3333-4444-555555555555",
  serviceAccount: "mssp-automation",
  gitSecret: "repository",
  passphraseSecret: "passphrases",
};
