import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import {
  appRoleGrantResource,
  connectedOrganizationResource,
  guestResource,
  notificationRuleResource,
  roleAssignmentResource,
  roleDefinitionResource,
  servicePrincipalResource,
  siemAuthorizationResource,
  type CallContext,
} from "@defender-mssp/microsoft";

/** The part of a dynamic provider that meets an object that somebody else has deleted. */
interface Resource {
  read(id: string, props: Record<string, unknown>, context: CallContext): Promise<{ id: string }>;
  update(
    id: string,
    olds: Record<string, unknown>,
    news: Record<string, unknown>,
    context: CallContext,
  ): Promise<{ outs: object }>;
  delete(id: string, props: Record<string, unknown>, context: CallContext): Promise<void>;
}

interface GoneAnswer {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** Where the answer is documented or was reported. */
  readonly source: string;
}

/** Each way in which the service says that an object is not there. */
const answers: readonly GoneAnswer[] = [
  {
    status: 404,
    code: "Request_ResourceNotFound",
    message: "Resource 'x' does not exist or one of its queried reference-property objects are not present.",
    source: "https://learn.microsoft.com/graph/errors",
  },
  {
    status: 404,
    code: "AccessPackageNotFound",
    message: "The access package was not found.",
    source: "https://github.com/hashicorp/terraform-provider-azuread/pull/1925",
  },
  { status: 404, code: "", message: "", source: "https://learn.microsoft.com/graph/errors" },
  {
    status: 410,
    code: "Gone",
    message: "The requested resource is no longer available at the server.",
    source: "https://learn.microsoft.com/graph/errors",
  },
];

/** An app role assignment that is gone: reads are answered with 404, deletes with this. */
const grantGone: GoneAnswer = {
  status: 400,
  code: "Request_BadRequest",
  message: "EntitlementGrant being updated or deleted is not found.",
  source: "https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/968",
};

const tenantId = "c0570500-0000-4000-8000-00000000000a";
const id = "90000000-0000-4000-8000-000000000001";
const other = "90000000-0000-4000-8000-000000000002";
const managedBy = "defender-mssp/dev";

const resources: Readonly<Record<string, { readonly resource: unknown; readonly props: Record<string, unknown> }>> = {
  guest: {
    resource: guestResource,
    props: {
      tenantId,
      email: "ana@mssp.example",
      displayName: "Ana",
      redirectUrl: "https://x.example",
      managedBy,
      objectId: id,
      adopted: false,
    },
  },
  "Defender role": {
    resource: roleDefinitionResource,
    props: { tenantId, displayName: "Tier 1", permissions: ["microsoft.xdr/secops/*/read"], managedBy },
  },
  "Defender role assignment": {
    resource: roleAssignmentResource,
    props: { tenantId, displayName: "Tier 1", roleDefinitionId: other, principalIds: [other], dataSources: ["/"] },
  },
  "connected organization": {
    resource: connectedOrganizationResource,
    props: {
      tenantId,
      displayName: "Fabrikam",
      description: "MSSP",
      identitySource: { domainName: "mssp.example" },
      managedBy,
      state: "configured",
      adopted: false,
    },
  },
  "service principal": {
    resource: servicePrincipalResource,
    props: { tenantId, applicationId: other, managedBy, objectId: id, displayName: "SIEM", adopted: false },
  },
  "app role grant": {
    resource: appRoleGrantResource,
    props: {
      tenantId,
      principalObjectId: other,
      principalAdopted: false,
      apiApplicationId: other,
      appRole: "SecurityAlert.Read.All",
      resourceObjectId: other,
      appRoleId: other,
      adopted: false,
    },
  },
  "notification rule": {
    resource: notificationRuleResource,
    props: {
      tenantId,
      name: "SOC",
      severities: ["High"],
      recipients: ["soc@mssp.example"],
      includeOrganizationName: true,
      includeTenantPortalLink: true,
      includeDeviceInformation: true,
      mode: "endpoint",
      managedBy,
      status: "configured",
      adopted: false,
    },
  },
  "SIEM authorization": {
    resource: siemAuthorizationResource,
    props: {
      tenantId,
      applicationId: other,
      msspTenantId: tenantId,
      mode: "endpoint",
      managedBy,
      status: "authorized",
      adopted: false,
    },
  },
};

/** What is gone stays gone, in whichever of its ways the service says so. */
describe("packages/microsoft/graph/gone: an object that somebody else deleted", () => {
  let server: http.Server;
  let context: CallContext;
  let answer: (method: string) => { status: number; body: unknown };

  before(async () => {
    server = http
      .createServer((request, response) => {
        const { method = "", url = "" } = request;
        const { status, body } = url.endsWith("/token")
          ? { status: 200, body: { access_token: "a-token-of-the-test", token_type: "Bearer", expires_in: 3600 } }
          : url.endsWith("/roleDefinitions")
            ? { status: 200, body: { value: [] } }
            : answer(method);
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
      })
      .listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const addresses = { loginEndpoint: origin, graphEndpoint: origin, resourceManagerEndpoint: origin };
    context = {
      environment: { ARM_CLIENT_ID: other, ARM_CLIENT_SECRET: "a-secret-of-the-test", MSSP_DEFENDER_ENDPOINT: origin },
      endpoints: { cloud: "public", metadataHost: undefined, ...addresses },
      sleep: () => Promise.resolve(),
    };
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });

  const asAnswered = ({ status, code, message }: GoneAnswer) => ({ status, body: { error: { code, message } } });

  for (const [name, { resource, props }] of Object.entries(resources)) {
    const provider = resource as Resource;
    for (const gone of answers) {
      const what = `${gone.status} ${gone.code}`.trim();

      it(`${name}: ${what} to a read: the object is gone`, async () => {
        answer = () => asAnswered(gone);
        assert.equal((await provider.read(id, props, context)).id, "");
      });

      it(`${name}: ${what} to a delete: success`, async () => {
        answer = () => asAnswered(gone);
        await provider.delete(id, props, context);
      });

      // A grant is only replaced; what the portal makes is put again.
      if (["app role grant", "notification rule", "SIEM authorization"].includes(name)) continue;
      it(`${name}: ${what} to an update: the error says what creates it again`, async () => {
        answer = () => asAnswered(gone);
        await assert.rejects(
          provider.update(id, props, { ...props, displayName: "New" }, context),
          /`npx pulumi up --refresh`/,
        );
      });
    }
  }

  for (const [name, { resource, props }] of Object.entries(resources)) {
    for (const status of [401, 403]) {
      it(`${name}: ${status} is never gone, neither to a read nor to a delete`, async () => {
        const provider = resource as Resource;
        answer = () => ({ status, body: { error: { code: "Authorization_RequestDenied", message: "Refused here." } } });
        await assert.rejects(provider.read(id, props, context), /Refused here/);
        await assert.rejects(provider.delete(id, props, context), /Refused here/);
      });
    }
  }

  const grant = resources["app role grant"]!;
  const deleteGrant = () => (grant.resource as Resource).delete(id, grant.props, context);

  it("app role grant: 400 EntitlementGrant to a delete: success if a read confirms it", async () => {
    answer = (method) => asAnswered(method === "DELETE" ? grantGone : answers[0]!);
    await deleteGrant();
  });

  it("app role grant: 400 EntitlementGrant to a delete: failure if the grant still exists", async () => {
    answer = (method) => (method === "DELETE" ? asAnswered(grantGone) : { status: 200, body: { id } });
    await assert.rejects(deleteGrant(), /EntitlementGrant being updated or deleted is not found/);
  });

  it("any other 400 to a delete: failure", async () => {
    answer = () => asAnswered({ ...grantGone, message: "Invalid resource identifier for EntitlementGrant" });
    await assert.rejects(deleteGrant(), /Invalid resource identifier/);
  });
});
