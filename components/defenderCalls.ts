import type { PortalMode } from "@defender-mssp/microsoft";
import type * as pulumi from "@pulumi/pulumi";

/** How the calls to Defender that have no public API are made. */
export interface DefenderCalls {
  /**
   * - `endpoint`: a server makes the change. The server is the sandbox, or a gateway that the
   *   operator runs.
   * - `manual`: a person makes the change in the portal; `nextSteps` says how. Nothing is called,
   *   and nothing is claimed.
   */
  readonly mode: PortalMode;
  /**
   * Base URL of the server: https, without credentials.
   * @default the environment variable MSSP_DEFENDER_ENDPOINT at the time of the call
   */
  readonly endpoint?: string;
}

/** The default. */
export const manualCalls: DefenderCalls = { mode: "manual" };

/** Arguments of a resource that a call without a public API creates. */
export interface DefenderCallArgs {
  /**
   * - `endpoint`: a server creates, reads, updates and deletes the object.
   * - `manual`: a person does so in the portal. Nothing is called, and nothing is claimed.
   *
   * A change from `manual` to `endpoint` is an update that creates the object. A change from
   * `endpoint` to `manual` replaces the resource, which deletes the object on the server first.
   */
  mode: pulumi.Input<PortalMode>;
  /**
   * Base URL of the server: https, without credentials.
   * @default the environment variable MSSP_DEFENDER_ENDPOINT at the time of the call
   */
  endpoint?: pulumi.Input<string>;
}
