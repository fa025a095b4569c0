/** msal's calls, made by this project's own HTTP call: throttling and passing faults are waited out, and errors hold no secret. */
import { request, type Answer } from "@defender-mssp/microsoft";
import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from "@azure/msal-node";

/** What Entra refuses is an answer to msal, which reads the reason; what may pass is tried again instead. */
const answers = Array.from({ length: 100 }, (_, index) => 400 + index).filter((code) => code !== 408 && code !== 429);

export class NetworkClient implements INetworkModule {
  /** What Entra said when it last refused: msal loses it where it polls for a device code. */
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

/** The form has its own, and a header that is there twice is none. */
function withoutContentType(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== "content-type"));
}
