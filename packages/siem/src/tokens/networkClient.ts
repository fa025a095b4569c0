/**
 * msal's calls through this project's HTTP call, which retries throttling and transient faults and
 * keeps secrets out.
 */
import { request, type Answer } from "@defender-mssp/microsoft";
import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from "@azure/msal-node";

/** Statuses that are answers to msal, which reads the reason. 408 and 429 are retried instead. */
const answers = Array.from({ length: 100 }, (_, index) => 400 + index).filter((code) => code !== 408 && code !== 429);

export class NetworkClient implements INetworkModule {
  /** Entra's last refusal: msal drops it while it polls for a device code. */
  refusal: string | undefined;

  async sendGetRequestAsync<T>(url: string, options?: NetworkRequestOptions, timeout?: number) {
    return this.#response<T>(await request(url, { headers: options?.headers, timeout, accept: answers }));
  }

  async sendPostRequestAsync<T>(url: string, options?: NetworkRequestOptions) {
    const form = Object.fromEntries(new URLSearchParams(options?.body));
    const headers = withoutContentType(options?.headers);
    return this.#response<T>(await request(url, { method: "POST", headers, form, accept: answers }));
  }

  #response<T>({ headers, body, status }: Answer): NetworkResponse<T> {
    const { error_description: description } = (body ?? {}) as { error_description?: unknown };
    if (typeof description === "string") this.refusal = description;
    return { headers: Object.fromEntries(headers), body: body as T, status };
  }
}

/** `request` sets the content type of a form itself. */
function withoutContentType(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== "content-type"));
}
