/** msal's calls, made by this project's own HTTP call: throttling and passing faults are waited out, and errors hold no secret. */
import { request, type Answer } from "@defender-mssp/microsoft";
import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from "@azure/msal-node";

/** What Entra refuses is an answer to msal, which reads the reason; what may pass is tried again instead. */
const answers = Array.from({ length: 100 }, (_, index) => 400 + index).filter((code) => code !== 408 && code !== 429);

export const networkClient: INetworkModule = {
  async sendGetRequestAsync<T>(url: string, options?: NetworkRequestOptions, timeout?: number) {
    return response<T>(await request(url, { headers: options?.headers, timeout, accept: answers }));
  },
  async sendPostRequestAsync<T>(url: string, options?: NetworkRequestOptions) {
    const form = Object.fromEntries(new URLSearchParams(options?.body));
    return response<T>(await request(url, { method: "POST", headers: options?.headers, form, accept: answers }));
  },
};

function response<T>({ headers, body, status }: Answer): NetworkResponse<T> {
  return { headers: Object.fromEntries(headers), body: body as T, status };
}
