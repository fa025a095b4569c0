import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import {
  manualSiemAuthorizationSteps,
  siemAuthorizationResource as resource,
  type CallContext,
  type SiemAuthorizationState,
} from "@defender-mssp/microsoft";
import { type StoredObject, tenantId, testSandbox, fixture } from "@defender-mssp/testkit";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const applicationId = "c0ffee00-0000-4000-8000-000000000003";
const msspTenantId = "5ec0de00-5ea1-4000-8000-000000000001";
const otherMssp = "5ec0de00-5ea1-4000-8000-000000000002";
const id = `${tenantId}/${applicationId}`;
const managedBy = "defender-mssp/dev/siem-authorization";
const inputs = { tenantId, applicationId, msspTenantId, mode: "endpoint", managedBy } as const;
const made: SiemAuthorizationState = { ...inputs, status: "authorized", adopted: false };

/** The dynamic provider's methods, called as Pulumi calls them, against the sandbox's own server. */
describe("packages/microsoft/providers/siemAuthorization: the provider", () => {
  const test = fixture(testSandbox);
  let context: CallContext;

  beforeEach(() => {
    stored().clear();
    context = { environment: test.environment, endpoints: test.endpoints, sleep: () => Promise.resolve() };
  });

  const stored = (): Map<string, StoredObject> => test.tenant.objects("siemAuthorizations");
  /** What the server has, without what is the same in all. */
  const onServer = (): { msspTenantId: unknown; managedBy: unknown } | undefined => {
    const object = stored().get(applicationId);
    return object && { msspTenantId: object.msspTenantId, managedBy: object.managedBy };
  };
  const put = (mssp: string, mark: string | null): void => {
    const properties = { applicationId, msspTenantId: mssp, managedBy: mark, status: "authorized" };
    stored().set(applicationId, { id: applicationId, ...properties });
  };

  describe("create", () => {
    it("create: authorizes and returns its inputs and the server's answer", async () => {
      assert.deepEqual(await resource.create(inputs, context), { id, outs: made });
      assert.deepEqual(onServer(), { msspTenantId, managedBy });
    });

    it("create: recognizes its own authorization after a crash", async () => {
      await resource.create(inputs, context);
      assert.deepEqual(await resource.create(inputs, context), { id, outs: made });
      assert.equal(stored().size, 1);
      put(otherMssp, managedBy);
      assert.deepEqual((await resource.create(inputs, context)).outs, made);
      assert.deepEqual(onServer(), { msspTenantId, managedBy });
    });

    for (const mark of [null, "another/stack/name"]) {
      it(`create: adopts the authorization of ${mark ?? "a person"} unchanged`, async () => {
        put(msspTenantId, mark);
        assert.deepEqual((await resource.create(inputs, context)).outs, { ...made, adopted: true });
        assert.deepEqual(onServer(), { msspTenantId, managedBy: mark });
      });
    }

    it("create: refuses another owner's authorization and names the owner", async () => {
      put(otherMssp, "another/stack/name");
      await assert.rejects(resource.create(inputs, context), (failure: Error) => {
        assert.match(
          failure.message,
          new RegExp(`already authorized for the MSSP tenant ${otherMssp}.*created by another/stack/name`),
        );
        assert.match(failure.message, /Remove that authorization in the portal, or set msspTenantId/);
        return true;
      });
      assert.deepEqual(onServer(), { msspTenantId: otherMssp, managedBy: "another/stack/name" });
    });

    it("create: the endpoint of the input precedes the environment's", async () => {
      const environment = { ...test.environment, MSSP_DEFENDER_ENDPOINT: "http://127.0.0.1:9" };
      const endpoint = `${test.sandbox.origins.http}/`;
      const { outs } = await resource.create({ ...inputs, endpoint }, { ...context, environment });
      assert.deepEqual(outs, { ...made, endpoint });
    });

    it("create: a missing endpoint is reported with both ways to set it", async () => {
      const environment = { ...test.environment, MSSP_DEFENDER_ENDPOINT: undefined };
      await assert.rejects(
        resource.create(inputs, { ...context, environment }),
        /neither the input "endpoint" \(setting defenderEndpoint\) nor the environment variable MSSP_DEFENDER_ENDPOINT is set/,
      );
    });

    it("create: sends no token unencrypted to another machine", async () => {
      const environment = { ...test.environment, MSSP_DEFENDER_ENDPOINT: "http://gateway.example" };
      await assert.rejects(resource.create(inputs, { ...context, environment }), /it must be an https URL/);
    });

    it("create: names the missing permission", async () => {
      test.addConnector({}, "Alert.Read");
      const environment = { ...test.environment, ...test.connectorEnvironment };
      await assert.rejects(
        resource.create(inputs, { ...context, environment }),
        /answered 403: Forbidden: .* The identity that runs this needs the Defender permission to manage portal system settings/,
      );
    });
  });

  describe("read", () => {
    it("read: returns inputs and outputs", async () => {
      await resource.create(inputs, context);
      assert.deepEqual(await resource.read(id, made, context), { id, props: made, inputs });
    });

    it("read: a deleted authorization has an empty ID", async () =>
      assert.deepEqual(await resource.read(id, made, context), { id: "" }));

    it("read: finds another MSSP's tenant ID", async () => {
      put(otherMssp, null);
      const found = await resource.read(id, made, context);
      assert.deepEqual(found, {
        id,
        props: { ...made, msspTenantId: otherMssp },
        inputs: { ...inputs, msspTenantId: otherMssp },
      });
      assert.equal(resource.diff(id, found.props, inputs).changes, true);
    });

    it("read: finds another owner's mark", async () => {
      put(msspTenantId, "another/stack/name");
      const found = await resource.read(id, made, context);
      assert.deepEqual(found.props, { ...made, adopted: true });
      assert.equal(resource.diff(id, found.props, inputs).changes, false);
    });
  });

  describe("update", () => {
    const update = (olds: object, news: object) => resource.update(id, { ...olds }, { ...news }, context);

    it("update: changes the MSSP's tenant in place", async () => {
      await resource.create(inputs, context);
      const news = { ...inputs, msspTenantId: otherMssp };
      assert.deepEqual((await update(made, news)).outs, { ...made, msspTenantId: otherMssp });
      assert.deepEqual(onServer(), { msspTenantId: otherMssp, managedBy });
    });

    it("update: restores a changed authorization and its mark", async () => {
      put(otherMssp, null);
      assert.deepEqual((await update({ ...made, msspTenantId: otherMssp }, inputs)).outs, made);
      assert.deepEqual(onServer(), { msspTenantId, managedBy });
    });

    it("update: creates a missing authorization again", async () => {
      assert.deepEqual((await update(made, { ...inputs })).outs, made);
      assert.deepEqual(onServer(), { msspTenantId, managedBy });
    });

    it("update: renews the mark after the stack was renamed", async () => {
      await resource.create(inputs, context);
      const news = { ...inputs, managedBy: "defender-mssp/production/siem-authorization" };
      assert.deepEqual((await update(made, news)).outs, { ...made, managedBy: news.managedBy });
      assert.deepEqual(onServer(), { msspTenantId, managedBy: news.managedBy });
    });

    it("update: changes neither an adopted authorization nor another owner's", async () => {
      put(msspTenantId, "another/stack/name");
      for (const adopted of [true, false]) {
        await assert.rejects(
          update({ ...made, adopted }, { ...inputs, msspTenantId: otherMssp }),
          /does not change the authorizations of others/,
        );
      }
      assert.deepEqual((await update({ ...made, adopted: true }, { ...inputs, managedBy: "x/y/z" })).outs, {
        ...made,
        managedBy: "x/y/z",
        adopted: true,
      });
      assert.deepEqual(onServer(), { msspTenantId, managedBy: "another/stack/name" });
    });

    it("update: authorizes when the mode changes from manual to endpoint", async () => {
      const manual = { ...made, mode: "manual", status: "manual" };
      assert.deepEqual((await update(manual, inputs)).outs, made);
      put(msspTenantId, null);
      assert.deepEqual((await update(manual, inputs)).outs, { ...made, adopted: true });
    });
  });

  describe("delete", () => {
    const remove = (state: object) => resource.delete(id, { ...state }, context);

    it("delete: withdraws the authorization; a missing one is accepted", async () => {
      await resource.create(inputs, context);
      await remove(made);
      assert.equal(onServer(), undefined);
      await remove(made);
    });

    it("delete: keeps an adopted authorization and another owner's", async () => {
      put(msspTenantId, null);
      await remove({ ...made, adopted: true });
      assert.deepEqual(onServer(), { msspTenantId, managedBy: null });
      put(msspTenantId, "another/stack/name");
      await remove(made);
      assert.deepEqual(onServer(), { msspTenantId, managedBy: "another/stack/name" });
    });

    it("delete: withdraws its own authorization also after a manual change", async () => {
      put(otherMssp, null);
      await remove(made);
      assert.equal(onServer(), undefined);
    });
  });

  describe("in manual mode", () => {
    const manual = { ...inputs, mode: "manual" as const };
    const state = { ...manual, status: "manual", adopted: false };

    it("manual mode: makes no call and reports manual", async () => {
      const alone: CallContext = { environment: {} };
      assert.deepEqual(await resource.create(manual, alone), { id, outs: state });
      assert.deepEqual(await resource.read(id, state, alone), { id, props: state, inputs: manual });
      assert.deepEqual(await resource.update(id, state, { ...manual, msspTenantId: otherMssp }, alone), {
        outs: { ...state, msspTenantId: otherMssp },
      });
      await resource.delete(id, state, alone);
    });

    it("manual mode: lists the values for each portal page", () => {
      assert.deepEqual(manualSiemAuthorizationSteps(inputs), [
        `Sign in to https://securitycenter.windows.com?tid=${tenantId} with the permission "Manage portal system settings", or ask the customer to.`,
        "Open Settings > SIEM and select the MSSP tab.",
        `Enter the application ID ${applicationId} and the tenant ID ${msspTenantId}.`,
        'Select "Authorize application".',
      ]);
      assert.match(
        manualSiemAuthorizationSteps(inputs, "gccHigh")[0]!,
        /https:\/\/securitycenter\.microsoft\.us\?tid=/,
      );
    });
  });

  describe("check", () => {
    const failuresOf = (news: object) =>
      resource
        .check({}, { ...inputs, ...news })
        .failures.map(({ property, reason }) => property || reason.split(" ")[0]);

    it("check: writes UUIDs in lower case and keeps all other inputs", () => {
      const news = { ...inputs, tenantId: tenantId.toUpperCase(), __provider: "code" };
      assert.deepEqual(resource.check({}, news), { inputs: { ...inputs, __provider: "code" }, failures: [] });
    });

    it("check: names each invalid input", () =>
      assert.deepEqual(
        failuresOf({ tenantId: "x", applicationId: 3, msspTenantId: "", mode: "maybe", endpoint: "ftp://x" }),
        ["tenantId", "applicationId", "msspTenantId", "mode", "endpoint"],
      ));

    it("check: refuses an endpoint with credentials and an unencrypted one", () => {
      for (const endpoint of [
        "https://user:pass@gateway.example",
        "https://gateway.example?key=1",
        "http://gateway.example",
        "https://gateway.example#x",
        "",
      ]) {
        assert.deepEqual(failuresOf({ endpoint }), ["endpoint"], endpoint);
      }
      for (const endpoint of ["https://gateway.example/base", "http://127.0.0.1:8080"])
        assert.deepEqual(failuresOf({ endpoint }), []);
    });

    it("check: accepts unknown values", () => {
      const names = ["tenantId", "applicationId", "msspTenantId", "mode", "endpoint"];
      const news = { ...Object.fromEntries(names.map((name) => [name, unknown])), managedBy };
      assert.deepEqual(resource.check({}, news), { inputs: news, failures: [] });
    });
  });

  describe("diff", () => {
    const diff = (news: object, olds: object = {}) => resource.diff(id, { ...made, ...olds }, { ...inputs, ...news });

    it("diff: equal inputs are no change", () => {
      assert.deepEqual(diff({ __provider: "other code" }), { changes: false, replaces: [], deleteBeforeReplace: true });
    });

    it("diff: another or unknown tenant or application replaces it", () => {
      assert.deepEqual(diff({ tenantId: msspTenantId }).replaces, ["tenantId"]);
      assert.deepEqual(diff({ applicationId: unknown }), {
        changes: true,
        replaces: ["applicationId"],
        deleteBeforeReplace: true,
      });
    });

    it("diff: all other changes update in place", () => {
      for (const news of [
        { msspTenantId: otherMssp },
        { msspTenantId: unknown },
        { endpoint: "https://gateway.example" },
        { managedBy: "a/b/c" },
      ]) {
        assert.deepEqual(diff(news), { changes: true, replaces: [], deleteBeforeReplace: true }, JSON.stringify(news));
      }
      assert.deepEqual(diff({}, { mode: "manual" }).replaces, []);
      assert.equal(diff({}, { endpoint: "https://gateway.example" }).changes, true);
    });

    it("diff: a change from endpoint to manual replaces it and deletes first", () =>
      assert.deepEqual(diff({ mode: "manual" }), { changes: true, replaces: ["mode"], deleteBeforeReplace: true }));
  });

  describe("on a server with errors", () => {
    let server: http.Server;
    let trouble: (response: http.ServerResponse) => void;

    beforeEach(async () => {
      server = http.createServer((_request, response) => trouble(response));
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      context = { ...context, environment: { ...test.environment, MSSP_DEFENDER_ENDPOINT: endpoint } };
    });

    afterEach(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });

    it("errors: fails after five attempts", async () => {
      let tries = 0;
      trouble = (response) => {
        tries++;
        response.writeHead(503, { "retry-after": "1" }).end();
      };
      await assert.rejects(resource.delete(id, made, context), (failure: Error) => {
        assert.match(
          failure.message,
          /^The SIEM authorization's delete failed\. GET http:.* answered 503: not available$/,
        );
        // Pulumi prints `${error}: ${error.stack}` of what delete throws.
        assert.equal(`${String(failure)}: ${failure.stack ?? ""}`, `${failure.message}: `);
        return true;
      });
      assert.equal(tries, 5);
    });

    it("errors: an HTML page with status 200 is no authorization", async () => {
      trouble = (response) => response.writeHead(200, { "content-type": "text/html" }).end("<html>sign in</html>");
      await assert.rejects(
        resource.create(inputs, context),
        /answered 200: this is not the authorization of application/,
      );
    });

    it("errors: names the address that did not answer", async () => {
      server.close();
      server.closeAllConnections();
      await assert.rejects(
        resource.read(id, made, context),
        /failed: .*ECONNREFUSED.* Check that the server runs and that its address is right \(input "endpoint", or MSSP_DEFENDER_ENDPOINT\)\./,
      );
    });
  });
});
