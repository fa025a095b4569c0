/** What a template's places, such as `{{clientId}}`, hold for a customer. */
import {
  clouds,
  legacyAlertResource,
  legacyTokenEndpoint,
  withoutTrailingSlash,
  type CloudName,
} from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import { stringify } from "yaml";
import type { SiemConnection } from "./siem";

/** Splunk's name for a cloud's Microsoft Graph: its add-on has none for the DoD cloud. */
const graphLocations: Readonly<Partial<Record<CloudName, string>>> = {
  public: "commercial-graph-api",
  gcc: "commercial-graph-api",
  gccHigh: "gcc-high-graph-api",
};

export type Places = Readonly<Record<string, string>>;

/** Reading a place that the customer has no value for throws a VisibleError. */
export function places({ connector, endpoints, clientSecret, refreshToken, ...hosts }: SiemConnection): Places {
  const { stack, cloud, tenantId, clientId, redirectUri = "" } = connector;
  const loginEndpoint = withoutTrailingSlash(endpoints.loginEndpoint);
  const { metadataHost } = endpoints;
  const authorize = `${loginEndpoint}/${tenantId}/oauth2/authorize`;
  return {
    name: plainName(stack),
    tenantId,
    clientId,
    redirectUri,
    clientSecret,
    refreshToken,
    // A variable of type yaml: its value is a string that contains YAML.
    refreshGrant: stringify({ grant_type: "refresh_token", refresh_token: refreshToken }),
    loginEndpoint,
    graphEndpoint: withoutTrailingSlash(endpoints.graphEndpoint),
    defenderApi: metadataHost === undefined ? clouds[endpoints.cloud].defenderApi : `https://${metadataHost}`,
    legacyResource: legacyAlertResource,
    authorizeUrl: `${authorize}?resource=${encodeURIComponent(legacyAlertResource)}`,
    tokenUrl: legacyTokenEndpoint(cloud, tenantId, loginEndpoint),
    sandboxNote:
      metadataHost === undefined
        ? ""
        : "The add-on reaches Microsoft's own Graph only: this input can't read the sandbox.",
    get alertExporter() {
      if (hosts.alertExporter !== undefined) return hosts.alertExporter;
      throw new VisibleError(
        `The host of the legacy alert API is unknown for stack "${stack}". Name the region with --region.`,
      );
    },
    get graphLocation() {
      const location = graphLocations[cloud];
      if (location !== undefined) return location;
      throw new VisibleError(
        `The Splunk Add-on for Microsoft Security doesn't support Microsoft Graph of the cloud "${cloud}". ` +
          "Forward the alerts to Splunk's HTTP Event Collector with the command `alerts --hec`.",
      );
    },
  };
}

/** A name for a stanza, a policy or a file: letters, digits, `_` and `-` of the stack's name. */
export function plainName(stack: string): string {
  return stack.replace(/[^A-Za-z0-9_-]+/g, "_");
}
