/** Requests to the sandbox's own routes for settings of Defender's portal. */
import type { TestSandbox } from "@defender-mssp/testkit";

/** @param body JSON, or the text of a body that is none. @param token default: the automation's. */
export async function callSetting(test: TestSandbox, method: string, path: string, body?: unknown, token?: string) {
  const response = await fetch(test.sandbox.origins.http + path, {
    method,
    headers: { authorization: `Bearer ${token ?? (await test.token("defender"))}`, "content-type": "application/json" },
    body: body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? undefined : (JSON.parse(text) as unknown) };
}
