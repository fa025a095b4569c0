/** How the tenant is compared with the state, by what Graph answers. */
import assert from "node:assert/strict";
import { ServiceError, type Answer, type GraphCall } from "@defender-mssp/microsoft";
import { compared } from "../../../../cli/customer/report/live";
import { recordedReport, stateOf } from "./states";

const report = recordedReport("basic");
const { resources } = stateOf("basic");
const idOf = (kind: string, name?: string) =>
  report.objects.find((one) => one.kind === kind && (name === undefined || one.name === name))!.objectId;

/** Graph with every object and consent of the state, and what differs. */
function graph(differing: (path: string) => Partial<Answer> | Error | undefined): { call: GraphCall; asked: string[] } {
  const asked: string[] = [];
  const call: GraphCall = (path, { accept = [] } = {}) => {
    asked.push(path);
    const answer = differing(path);
    if (answer instanceof Error) return Promise.reject(answer);
    const { status = 200, body = everyConsent(path) } = answer ?? {};
    assert.ok(status < 400 || accept.includes(status), `${path} is not expected to answer ${status}`);
    return Promise.resolve({ status, body, headers: new Headers() } as unknown as Answer);
  };
  return { call, asked };
}

function everyConsent(path: string): unknown {
  if (!path.endsWith("/appRoleAssignments")) return { externalUserState: "Accepted" };
  const assignments = resources.filter(({ type }) => /appRoleAssignment/i.test(type));
  return { value: assignments.map(({ id }) => ({ id: id.split("/").at(-1) })) };
}

describe("mssp report --live", () => {
  it("finds no difference in a tenant that has everything, and asks for each guest, group and application", async () => {
    const { call, asked } = graph(() => undefined);
    const found = await compared({ call }, report.objects, resources);
    assert.deepEqual(
      [found.missing, found.pendingInvitations, found.missingConsents, found.notChecked],
      [[], [], [], []],
    );
    const kinds: readonly string[] = ["guest", "group", "application", "servicePrincipal"];
    const expected = report.objects.filter(({ kind }) => kinds.includes(kind));
    assert.deepEqual([...new Set(expected.map(({ kind }) => kind))].sort(), [...kinds].sort());
    for (const { kind, name, objectId } of expected) {
      assert.ok(
        asked.some((path) => path.includes(objectId)),
        `${kind} ${name}`,
      );
    }
  });

  it("names what is gone, who has not accepted, and which consents are gone", async () => {
    const { call } = graph((path) => {
      if (path.includes(idOf("group"))) return { status: 404 };
      if (path.includes(idOf("guest", "Ben Okafor"))) return { body: { externalUserState: "PendingAcceptance" } };
      if (path.endsWith("/appRoleAssignments")) return { body: { value: [] } };
      if (path.includes("/oauth2PermissionGrants/")) return { status: 404 };
      return undefined;
    });
    const found = await compared({ call }, report.objects, resources);
    assert.deepEqual(found.missing, ['group "Fabrikam Security MSSP Analysts"']);
    assert.deepEqual(found.pendingInvitations, ["ben.okafor@fabrikam-security.example"]);
    assert.deepEqual([...found.missingConsents].sort(), [
      "Alert.Read",
      "the application permission of the SIEM connector",
    ]);
  });

  it("what may not be read is not checked, with the permission, and never counts as there", async () => {
    const refused = new ServiceError({
      status: 403,
      message: "refused",
      method: "GET",
      url: "https://graph.example/v1.0/users/1",
    });
    const { call } = graph((path) => (path.startsWith("/v1.0/users/") ? refused : undefined));
    const found = await compared({ call }, report.objects, resources);
    assert.equal(found.pendingInvitations, undefined);
    assert.deepEqual(found.notChecked, [{ what: "guests", reason: "not permitted: requires User.Read.All" }]);
  });
});
