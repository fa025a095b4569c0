import { clouds } from "../clouds";
import { isLoopback } from "../http";

/** The allowed names of a secret. */
export const keyVaultSecretName = /^[0-9a-zA-Z-]{1,127}$/;

export interface VaultAddress {
  /** Without a trailing slash. */
  readonly vaultUrl: string;
  /** Of a secret of the vault. */
  readonly name?: string;
}

/** Reads the address of a key vault, or of a secret without a version; undefined for any other text. */
export function vaultAddress(text: string): VaultAddress | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, host, pathname, search, hash, username, password } = new URL(text);
  if (search !== "" || hash !== "" || username !== "" || password !== "") return undefined;
  const isOfCloud =
    protocol === "https:" && Object.values(clouds).some(({ keyVaultEndpoint }) => isBelow(hostname, keyVaultEndpoint));
  // The sandbox has a vault at a path of this machine, or under a name that never resolves (RFC 2606).
  const isOfSandbox = /^https?:$/.test(protocol) && (isLoopback(hostname) || hostname.endsWith(".invalid"));
  if (!isOfCloud && !isOfSandbox) return undefined;
  const [whole, folder = "", name] =
    /^(\/(?!(?:secrets|keys|certificates)\/)[^/]+\/[^/]+)?(?:\/secrets\/([^/]+))?\/*$/.exec(pathname) ?? [];
  if (whole === undefined || (folder !== "" && !isOfSandbox)) return undefined;
  return { vaultUrl: `${protocol}//${host}${folder}`, ...(name === undefined ? {} : { name }) };
}

/** Reads the address of a secret without a version, with a name that a vault allows. */
export function secretAddress(text: string): Required<VaultAddress> | undefined {
  const { vaultUrl, name } = vaultAddress(text) ?? {};
  return vaultUrl === undefined || name === undefined || !keyVaultSecretName.test(name)
    ? undefined
    : { vaultUrl, name };
}

function isBelow(hostname: string, endpoint: string): boolean {
  return hostname.endsWith(`.${new URL(endpoint).hostname}`);
}
