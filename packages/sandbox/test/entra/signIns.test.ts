/** Sign-ins come from the token endpoint: nothing else makes one. */
import assert from "node:assert/strict";
import { Clock } from "../../src/cloud/clock";
import { signInLog } from "../../src/cloud/signIns";
import {
  addDaemon,
  contoso,
  type Daemon,
  daemonId,
  daemonRequest,
  get,
  graphId,
  post,
  temporarySandbox,
  fixture,
} from "@defender-mssp/testkit";

const v2 = `/${contoso}/oauth2/v2.0/token`;

describe("recorded sign-ins", () => {
  const clock = new Clock();
  const sandbox = fixture(() => temporarySandbox({ clock }));
  let daemon: Daemon;

  before(() => (daemon = addDaemon(sandbox.cloud, { [graphId]: ["AuditLog.Read.All", "Directory.Read.All"] })));

  async function read(query: string): Promise<Record<string, unknown>[]> {
    const { body } = await post(sandbox, v2, daemonRequest(daemon));
    const answer = await get(sandbox, `/beta/auditLogs/signIns?${query}`, {
      authorization: `Bearer ${String(body["access_token"])}`,
    });
    assert.equal(answer.status, 200, answer.text);
    return answer.body["value"] as Record<string, unknown>[];
  }
  const applications = `$filter=${encodeURIComponent(`appId eq '${daemonId}' and signInEventTypes/any(t:t eq 'servicePrincipal')`)}`;

  it("an application's sign-in and its refusal, newest first, without its secret", async () => {
    const refused = await post(sandbox, v2, { ...daemonRequest(daemon), client_secret: "wrong-secret" });
    assert.equal(refused.status, 401);
    const [granted, failed, ...others] = await read(applications);
    assert.deepEqual(others, []);
    assert.equal((granted?.["status"] as { errorCode: number }).errorCode, 0);
    assert.equal((failed?.["status"] as { errorCode: number }).errorCode, 7000215);
    assert.equal(granted?.["resourceId"], graphId);
    assert.equal(granted["servicePrincipalId"], daemon.servicePrincipal.id);
    assert.equal(granted["homeTenantId"], contoso);
    const text = JSON.stringify(signInLog(sandbox.cloud.tenant(contoso)));
    assert.ok(!text.includes("wrong-secret") && !text.includes(daemon.secret));
  });

  it("the retention follows the sandbox's clock", async () => {
    clock.advance(31 * 86_400_000);
    const remaining = await read(applications);
    assert.equal(remaining.length, 1);
  });
});
