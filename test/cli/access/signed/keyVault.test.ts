/** A key of Azure Key Vault signs a step: the private key stays in the vault. */
import assert from "node:assert/strict";
import { azureRoles, openKeyVaultKey, requestToken } from "@defender-mssp/microsoft";
import { openEnvelope } from "@defender-mssp/siem/signed/openEnvelope";
import { testSandbox, trustCertificates, fixture } from "@defender-mssp/testkit";
import { derSignature, openSigner, type Signer } from "../../../../cli/access/signed/signer";
import { nextStep } from "../../../../cli/access/signed/nextStep";
import { contoso, memoryHead } from "./life";

const subscription = "/subscriptions/55b5c21d-0000-4000-8000-000000000001";
const vault = `${subscription}/resourceGroups/keys/providers/Microsoft.KeyVault/vaults/mssp-keys`;

describe("a key in Azure Key Vault", () => {
  const test = fixture(testSandbox);
  let origin: string;
  before(() => (origin = test.sandbox.origins.http));

  async function send(method: string, url: string, audience: string, body?: object): Promise<number> {
    const { environment, endpoints, tenant } = test;
    const { accessToken } = await requestToken({ tenantId: tenant.id, audience, environment, endpoints });
    const headers = { authorization: `Bearer ${accessToken}`, "content-type": "application/json" };
    const answer = await fetch(`${origin}${url}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    return answer.status;
  }
  const arm = (id: string, properties: object) =>
    send("PUT", `${id}?api-version=2022-07-01`, "https://management.azure.com", { location: "westeurope", properties });
  const data = (place: string, body: object) =>
    send("POST", `/keyvault/mssp-keys/keys/${place}?api-version=7.4`, "https://vault.azure.net", body);

  it("refuses without a role, signs by its P-256 key, and the step verifies", async () => {
    const { tenant, environment } = test;
    assert.ok((await arm(`${subscription}/resourceGroups/keys`, {})) < 300);
    const sku = { family: "A", name: "standard" };
    assert.ok((await arm(vault, { tenantId: tenant.id, sku, enableRbacAuthorization: true })) < 300);
    assert.equal(await data("signing/create", { kty: "EC" }), 403);
    const automation = [...tenant.objects("servicePrincipals").values()].find(
      ({ appId }) => appId === environment["ARM_CLIENT_ID"],
    );
    const role = azureRoles["Key Vault Administrator"];
    const properties = {
      principalId: automation?.id,
      principalType: "ServicePrincipal",
      roleDefinitionId: `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${role}`,
    };
    const assignment = `${vault}/providers/Microsoft.Authorization/roleAssignments/a5516000-0000-4000-8000-000000000009`;
    assert.equal(await arm(assignment, properties), 201);
    assert.equal(await data("signing/create", { kty: "RSA" }), 400);
    assert.equal(await data("signing/create", { kty: "EC", crv: "P-256" }), 200);

    const place = `${origin}/keyvault/mssp-keys/keys/signing`;
    const { variables } = await test.sandbox.environment({ user: {} });
    trustCertificates(variables.NODE_EXTRA_CA_CERTS);
    const world = { environment: { ...variables }, folder: __dirname };
    const signer = (await openSigner(place, world)) as Signer;
    for (let number = 0; number < 5; number++) {
      const step = await nextStep(signer, { ...contoso, now: new Date() }, memoryHead());
      const opened = openEnvelope(await step.seal("handout", [{ name: "a", text: String(number) }], { number }), "x");
      assert.ok(opened.isSignedBy(signer.key));
    }
    const { jwk, sign } = await openKeyVaultKey(place, world.environment);
    assert.deepEqual(Object.keys(jwk).sort(), ["crv", "key_ops", "kid", "kty", "x", "y"]);
    assert.equal((await sign(Buffer.alloc(32))).length, 64);
    await assert.rejects(sign(Buffer.alloc(31)), /ES256 signs 32 bytes/);
    await assert.rejects(openSigner(`${origin}/keyvault/mssp-keys/secrets/a`, world), /is no key of a vault, such as/);
    await assert.rejects(
      openSigner(`${origin}/keyvault/mssp-keys/keys/none`, world),
      /was not found in this key vault/,
    );
  });

  it("r and s become ASN.1 integers: positive, and without leading zeros", () => {
    const [r, s] = [Buffer.alloc(32), Buffer.alloc(32, 0x90)];
    r[31] = 5;
    const der = derSignature(Buffer.concat([r, s])).toString("hex");
    assert.equal(der, `302602010502210090${"90".repeat(31)}`);
  });
});
