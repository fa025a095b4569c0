import type { RequestOptions } from "../http";

/** A call to a server in place of the portal: address and token. */
export interface PortalCall extends Pick<RequestOptions, "signal" | "timeout" | "sleep"> {
  /** Base URL, without a trailing slash. */
  endpoint: string;
  /** Access token. */
  token: string;
}

/** The part of a call that every request takes. */
export function portalRequest({ token, signal, timeout, sleep }: PortalCall): RequestOptions {
  return { token, signal, timeout, sleep };
}
