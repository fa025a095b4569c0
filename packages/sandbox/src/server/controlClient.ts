/** Client of the sandbox of another command. */
import http from "node:http";
import { VisibleError } from "@defender-mssp/errors";
import type { TenantDescription } from "../cloud/tenantMaker";
import type { JoinAnswer } from "./addControl";
import { hold, requestOptions } from "./hold";
import type { HomeOwner } from "./ownerFile";

/** A process that computes on a busy machine answers late; one that is stopped never does. */
const answerTimeoutMilliseconds = 20_000;

/**
 * Whether the owner of a home's file answers with the file's token. A closed port, or another
 * program on it, means that the owner has ended. Throws `VisibleError` if it does not answer in
 * time: it may still be writing.
 */
export async function isAlive(owner: HomeOwner): Promise<boolean> {
  return new Promise<boolean>((resolve, reject) => {
    const request = http.get(requestOptions(owner, "GET", "/sandbox/hello"), (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    request.setTimeout(answerTimeoutMilliseconds, () => {
      request.destroy();
      reject(
        new VisibleError(
          `The sandbox of this folder is run by process ${owner.pid}, which doesn't answer. End that process, then try again.`,
        ),
      );
    });
    request.once("error", () => resolve(false));
  });
}

/** A lease of another command's sandbox. */
export interface Lease {
  readonly sandbox: JoinAnswer;
  /** Resolves when the connection has ended: by the owner or by `end`. */
  readonly ended: Promise<void>;
  /** Returns the lease. */
  end(): void;
}

/** Joins the owner's sandbox. `undefined` if it is stopping or has stopped. */
export async function takeLease(owner: HomeOwner, tenants: readonly TenantDescription[]): Promise<Lease | undefined> {
  const held = await hold(owner, "/sandbox/lease", { tenants });
  const sandbox = held?.status === 200 ? parsed(held.line) : undefined;
  return held && sandbox && { sandbox, ended: held.ended, end: () => held.end() };
}

/**
 * Sets switches of a tenant in the owner's sandbox; returns all of the tenant's. Throws
 * `VisibleError` for an unknown one.
 */
export async function changeSwitches(
  owner: HomeOwner,
  change: { readonly tenantId: string; readonly set: Readonly<Record<string, string>> },
): Promise<Record<string, string>> {
  return (await ask<{ switches: Record<string, string> }>(owner, "POST", "/sandbox/tenant", change)).switches;
}

/** A control route's answer. Throws `VisibleError` with the text of a refusal. */
export async function ask<T extends object>(
  owner: HomeOwner,
  method: "GET" | "POST",
  route: string,
  question?: object,
): Promise<T> {
  const body = question === undefined ? "" : JSON.stringify(question);
  const options = requestOptions(owner, method, route);
  const content = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  const headers = { ...options.headers, ...(method === "GET" ? {} : content) };
  const [status, text] = await new Promise<[number, string]>((resolve, reject) => {
    const request = http.request({ ...options, headers }, (answer) => {
      let received = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => (received += chunk));
      answer.once("end", () => resolve([answer.statusCode ?? 0, received]));
    });
    request.once("error", reject);
    request.end(body);
  });
  const answer = JSON.parse(text) as T | { readonly error: unknown };
  if (status === 200 && !("error" in answer)) return answer;
  const reason = "error" in answer && typeof answer.error === "string" ? answer.error : undefined;
  throw new VisibleError(reason ?? `The sandbox answered ${status}.`);
}

function parsed(text: string): JoinAnswer | undefined {
  try {
    const answer = JSON.parse(text) as Partial<JoinAnswer>;
    // A server of an older release names no clock.
    const { pid, httpsPort, httpPort, clientSecret, pluginSet, movedMilliseconds = 0, timeScale } = answer;
    const isComplete = [pid, httpsPort, httpPort].every(Number.isInteger) && typeof clientSecret === "string";
    return isComplete
      ? ({ pid, httpsPort, httpPort, clientSecret, pluginSet, movedMilliseconds, timeScale } as JoinAnswer)
      : undefined;
  } catch {
    return undefined;
  }
}
