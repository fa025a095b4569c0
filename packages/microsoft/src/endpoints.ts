import { clouds, withoutTrailingSlash, type CloudName } from "./clouds";
import { EnvironmentError } from "@defender-mssp/errors";
import { isLoopback, isSecureAddress, request, type RequestOptions } from "./http";

/** Environment variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where to call. Origins or base URLs, without a trailing slash. */
export interface Endpoints {
  cloud: CloudName;
  loginEndpoint: string;
  graphEndpoint: string;
  resourceManagerEndpoint: string;
  /**
   * The host that these were asked of (ARM_METADATA_HOSTNAME); undefined where they are the cloud's
   * own.
   */
  metadataHost: string | undefined;
}

export interface DiscoverOptions extends Pick<RequestOptions, "signal" | "timeout"> {
  /**
   * The cloud to take hosts from where the environment names no metadata host. Default: by
   * ARM_ENVIRONMENT, else public.
   */
  cloud?: CloudName;
}

/**
 * Where to call, by the official azuread plugin's own rule, so that this program and its plugin
 * always reach the same cloud: with ARM_METADATA_HOSTNAME the hosts come from that host's metadata
 * document, else from the cloud's row in the table.
 * @throws ServiceError when the metadata host doesn't answer; EnvironmentError when its document
 * can't be used.
 */
export async function discoverEndpoints(
  environment: Environment = process.env,
  options: DiscoverOptions = {},
): Promise<Endpoints> {
  const cloud = options.cloud ?? cloudOf(environment.ARM_ENVIRONMENT);
  const metadataHost = environment.ARM_METADATA_HOSTNAME?.trim();
  if (!metadataHost) {
    const { loginEndpoint, graphEndpoint, resourceManagerEndpoint } = clouds[cloud];
    return { cloud, loginEndpoint, graphEndpoint, resourceManagerEndpoint, metadataHost: undefined };
  }
  const url = `https://${metadataHost}/metadata/endpoints?api-version=2022-09-01`;
  const { body } = await request(url, { signal: options.signal, timeout: options.timeout });
  const document = (body ?? {}) as MetadataDocument;
  const endpoint = (name: string, value: unknown): string => {
    if (typeof value === "string" && isSecureAddress(value)) {
      // The sandbox's clock and waits are permitted by its metadata host alone.
      if (!isLoopback(new URL(url).hostname) || isLoopback(new URL(value).hostname)) return withoutTrailingSlash(value);
      throw new EnvironmentError(
        `The metadata document of ARM_METADATA_HOSTNAME (${metadataHost}) is this machine's, and its ${name} is on another: ${new URL(value).hostname}. A sandbox names this machine alone.`,
      );
    }
    throw new EnvironmentError(
      `The metadata document of ARM_METADATA_HOSTNAME (${metadataHost}) has no usable ${name}: it must be an https address.`,
    );
  };
  return {
    cloud,
    loginEndpoint: endpoint("authentication.loginEndpoint", document.authentication?.loginEndpoint),
    graphEndpoint: endpoint("microsoftGraphResourceId", document.microsoftGraphResourceId),
    resourceManagerEndpoint: endpoint("resourceManager", document.resourceManager),
    metadataHost,
  };
}

/** What is read of a metadata document. Azure's own lists many more hosts. */
export interface MetadataDocument {
  name?: string;
  resourceManager?: string;
  microsoftGraphResourceId?: string;
  authentication?: { loginEndpoint?: string };
}

/**
 * The cloud that ARM_ENVIRONMENT names, as the official plugin knows them. GCC is the public
 * cloud's Entra. @throws EnvironmentError
 */
export function cloudOf(name: string | undefined): CloudName {
  switch (name?.trim().toLowerCase()) {
    case undefined:
    case "":
    case "public":
    case "global":
      return "public";
    case "usgovernment":
    case "usgovernmentl4":
      return "gccHigh";
    case "dod":
    case "usgovernmentl5":
      return "dod";
    default:
      throw new EnvironmentError(
        `ARM_ENVIRONMENT is "${name ?? ""}"; allowed are public, usgovernmentl4, usgovernmentl5.`,
      );
  }
}
