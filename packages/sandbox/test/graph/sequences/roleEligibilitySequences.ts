/** Eligible directory roles, as the search for what somebody gave the MSSP reads and ends them. */
import assert from "node:assert/strict";
import { dayMs as day } from "@defender-mssp/errors/time";
import { text, type Harness } from "../support/harness";

const root = "/v1.0/roleManagement/directory";
const requests = `${root}/roleEligibilityScheduleRequests`;
const schedules = `${root}/roleEligibilitySchedules`;
const securityReader = "5d6b6bb7-de71-4623-b4af-96380a352509";

export function roleEligibilitySequences(harness: () => Harness): void {
  it("eligible directory role: assigned, listed, ended by an administrator, by time or with its principal", async () => {
    const graph = harness();
    const body = {
      ...{ displayName: "Eve", mailNickname: "eve-eligible", accountEnabled: true },
      userPrincipalName: `eve-eligible@${[...graph.tenant.objects("domains").keys()][0] ?? ""}`,
      passwordProfile: { password: "Cloud-nine-42!" },
    };
    const principalId = text(await graph.create("/v1.0/users", body), "id");
    const asked = (action: string) => ({
      ...{ action, principalId, roleDefinitionId: securityReader, directoryScopeId: "/" },
      ...{ scheduleInfo: { expiration: { type: "afterDuration", duration: "P30D" } }, justification: "Incident 42" },
    });
    const listed = async () => await graph.list(`${schedules}?$filter=principalId eq '${principalId}'`);
    const request = await graph.create(requests, asked("adminAssign"));
    assert.deepEqual([request["status"], request["targetScheduleId"]], ["Provisioned", request["id"]]);
    const [schedule, ...others] = await listed();
    assert.deepEqual([schedule?.["id"], schedule?.["memberType"], others], [request["id"], "Direct", []]);
    assert.equal((await graph.refused(400, "POST", requests, asked("adminAssign"))).code, "RoleAssignmentExists");
    assert.equal((await graph.create(requests, asked("adminRemove")))["status"], "Revoked");
    assert.equal((await graph.refused(400, "POST", requests, asked("adminRemove"))).code, "RoleAssignmentDoesNotExist");

    await graph.create(requests, asked("adminAssign"));
    graph.clock.advance(31 * day);
    assert.deepEqual(await listed(), []);
    graph.clock.advance(-31 * day);
    await graph.create(requests, asked("adminAssign"));
    await graph.remove(`/v1.0/users/${principalId}`);
    assert.deepEqual(await listed(), []);
  });

  it("eligible directory role: read and written with the documented permissions only", async () => {
    const graph = harness();
    const path = `${schedules}?$filter=principalId eq 'nobody'`;
    const as = (...roles: string[]) => ({ as: { roles } });
    for (const role of ["RoleEligibilitySchedule.Read.Directory", "RoleManagement.Read.Directory"])
      await graph.get(path, as(role));
    const refused = await graph.refused(403, "GET", path, undefined, as("Directory.Read.All"));
    assert.match(refused.message, /missing permission scope RoleEligibilitySchedule\.Read\.Directory,/);
    await graph.refused(403, "POST", requests, {}, as("RoleManagement.Read.Directory"));
  });
}
