import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { seedSandbox, startSandbox, type OwnSandbox } from "../../src/server";
import type { Json } from "../../src/cloud/model";
import { switchValue } from "../../src/cloud/switches";
import { entitySets, type EntityProperty } from "../../src/graph/entities";
import type { JsonObject } from "../../src/graph/json";

const tenantId = "c0570500-0000-4000-8000-0000000000ad";
const woodgrove = { tenantId, displayName: "Woodgrove", domain: "woodgrove.example" };
const seededTenant: Json = {
  ...woodgrove,
  switches: { entraLicence: "p1", clientSecrets: 90 },
  users: [
    { userPrincipalName: "ada@woodgrove.example", displayName: "Ada Lovelace", roles: ["Security Reader"] },
    { userType: "Guest", mail: "eve@fabrikam.example" },
  ],
  groups: [
    { displayName: "Everyone", members: ["Helpdesk", "ada@woodgrove.example"] },
    { displayName: "Helpdesk", members: ["eve@fabrikam.example", "Inventory"], owners: ["ADA@woodgrove.example"] },
  ],
  applications: [{ displayName: "Inventory", permissions: { "Microsoft Graph": ["User.Read.All"] } }],
};
const seed: Json = { tenants: [seededTenant] };

interface GraphList {
  value: Record<string, unknown>[];
}

describe("sandbox/graph: tenants of a seed", function () {
  let home: string;
  let sandbox: OwnSandbox;
  beforeEach(() => (home = newFolder()));

  async function started<Result>(work: () => Promise<Result>): Promise<Result> {
    sandbox = await startSandbox({ home });
    try {
      return await work();
    } finally {
      await sandbox.stop();
    }
  }

  async function graph(url: string): Promise<GraphList> {
    const { variables } = await sandbox.environment();
    const signIn = await fetch(`${sandbox.origins.http}/${tenantId}/oauth2/v2.0/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: variables["ARM_CLIENT_ID"] ?? "",
        client_secret: variables["ARM_CLIENT_SECRET"] ?? "",
        scope: "https://graph.microsoft.com/.default",
      }),
    });
    const { access_token: token } = (await signIn.json()) as { access_token: string };
    const answer = await fetch(`${sandbox.origins.http}/v1.0${url}`, { headers: { authorization: `Bearer ${token}` } });
    assert.equal(answer.status, 200, url);
    return (await answer.json()) as GraphList;
  }

  async function idIn(entitySet: string, displayName: string): Promise<string> {
    const { value } = await graph(`/${entitySet}`);
    const object = value.find((candidate) => candidate["displayName"] === displayName);
    assert.ok(object, `${entitySet}: ${displayName}`);
    return String(object["id"]);
  }

  it("Graph answers with the users, groups, applications and roles of a file that was read before", async () => {
    assert.deepEqual(await seedSandbox({ home }, seed), [{ tenantId, added: 5, unchanged: 0 }]);
    await started(async () => {
      const helpdesk = await idIn("groups", "Helpdesk");
      const names = async (url: string): Promise<unknown[]> =>
        (await graph(url)).value.map(({ displayName }) => displayName).sort();
      assert.deepEqual(await names(`/groups/${helpdesk}/members`), ["Inventory", "eve"]);
      assert.deepEqual(await names(`/groups/${helpdesk}/owners`), ["Ada Lovelace"]);
      assert.deepEqual(await names(`/groups/${await idIn("groups", "Everyone")}/members`), [
        "Ada Lovelace",
        "Helpdesk",
      ]);
      const guests = await graph("/users?$filter=userType eq 'Guest'&$select=userPrincipalName,mail,externalUserState");
      assertEach(
        guests.value,
        ({ mail, externalUserState, userPrincipalName }) => [mail, externalUserState, userPrincipalName],
        [["eve@fabrikam.example", "Accepted", "eve_fabrikam.example#EXT#@woodgrovec0570500.onmicrosoft.com"]],
      );
      const ada = await idIn("users", "Ada Lovelace");
      const assignments = await graph(`/roleManagement/directory/roleAssignments?$filter=principalId eq '${ada}'`);
      assert.equal(assignments.value.length, 1);
      const inventory = await idIn("servicePrincipals", "Inventory");
      assert.equal((await graph(`/servicePrincipals/${inventory}/appRoleAssignments`)).value.length, 1);
      const tenant = sandbox.cloud.tenant(tenantId);
      assert.deepEqual([switchValue(tenant, "entraLicence"), switchValue(tenant, "clientSecrets")], ["p1", "90"]);
    });
  });

  it("the same file again changes nothing, in the running sandbox too, and gives the same IDs elsewhere", async () => {
    await seedSandbox({ home }, seed);
    const before = await started(() => idIn("groups", "Helpdesk"));
    await started(async () => {
      assert.deepEqual(await seedSandbox({ home }, seed), [{ tenantId, added: 0, unchanged: 5 }]);
      assert.equal((await graph(`/groups/${before}/members`)).value.length, 2);
    });
    await rm(home, { recursive: true });
    await seedSandbox({ home }, seed);
    assert.equal(await started(() => idIn("groups", "Helpdesk")), before);
  });

  const named = {
    users: [{ userPrincipalName: "ada@woodgrove.example" }, { userType: "Guest", mail: "eve@fabrikam.example" }],
    groups: [{ displayName: "Everyone" }],
  } as const;
  for (const entitySet of ["users", "groups"] as const) {
    it(`each property that the file gives ${entitySet} is in the tenant`, async () => {
      const settable = Object.entries(entitySets[entitySet].properties).filter(
        ([, { write, writeOnly, only }]) => write !== "never" && !writeOnly && only !== "beta",
      );
      const samples = settable
        .filter(([name]) => !["userPrincipalName", "userType"].includes(name))
        .map(([name, property]) => [name, sample(property)] as const);
      const objects = named[entitySet].map((name): JsonObject => ({ ...Object.fromEntries(samples), ...name }));
      await seedSandbox({ home }, { tenants: [{ ...woodgrove, [entitySet]: objects }] });
      await started(() => {
        const stored = [...sandbox.cloud.tenant(tenantId).objects(entitySet).values()];
        for (const object of objects) {
          const has = (key: string) => stored.find((candidate) => candidate[key] === object[key]);
          const found = has("userPrincipalName") ?? has("mail") ?? has("displayName");
          assert.deepEqual(Object.fromEntries(Object.keys(object).map((key) => [key, found?.[key]])), object);
        }
        return Promise.resolve();
      });
    });
  }

  const wrong: Readonly<Record<string, readonly [Json, RegExp]>> = {
    "no object": [null, /the file: /],
    "no tenants": [{ tenants: [] }, /tenants: /],
    "a tenant ID that is none": [
      { tenants: [{ tenantId: "contoso" }] },
      /tenants\[0\]\.tenantId: a tenant ID is a UUID/,
    ],
    "an unknown key": [{ tenants: [{ tenantId, user: [] }] }, /tenants\[0\]: .*user/],
    "a user without a name": [
      { tenants: [{ ...woodgrove, users: [{ displayName: "Ada" }] }] },
      /tenants\[0\]\.users\[0\]: a user needs userPrincipalName, or userType: Guest and mail/,
    ],
    "a property that users don't have": [
      { tenants: [{ ...woodgrove, users: [{ userPrincipalName: "a@woodgrove.example", displayNme: "A" }] }] },
      /tenants\[0\]\.users\[0\]: Invalid property 'displayNme'/,
    ],
    "a password, which no tenant keeps": [
      {
        tenants: [
          {
            ...woodgrove,
            users: [{ userPrincipalName: "a@woodgrove.example", passwordProfile: { password: "A long enough 1." } }],
          },
        ],
      },
      /tenants\[0\]\.users\[0\]: a seed can't set 'passwordProfile'/,
    ],
    "an object ID": [
      { tenants: [{ ...woodgrove, groups: [{ displayName: "G", id: tenantId }] }] },
      /tenants\[0\]\.groups\[0\]: a seed can't set 'id'/,
    ],
    "another tenant's domain": [
      { tenants: [{ ...woodgrove, users: [{ userPrincipalName: "a@contoso.example" }] }] },
      /tenants\[0\]\.users\[0\]: The domain portion/,
    ],
    "a member that is nowhere": [
      { tenants: [{ ...woodgrove, groups: [{ displayName: "G", members: ["nobody"] }] }] },
      /tenants\[0\]\.groups\[0\]\.members: neither the file nor the tenant has "nobody"/,
    ],
    "a permission that Graph doesn't have": [
      {
        tenants: [{ ...woodgrove, applications: [{ displayName: "A", permissions: { "Microsoft Graph": ["Nope"] } }] }],
      },
      /tenants\[0\]\.applications\[0\]: the sandbox's Microsoft Graph has no application permission "Nope"/,
    ],
    "an unknown role": [
      { tenants: [{ ...woodgrove, groups: [{ displayName: "G", roles: ["King"] }] }] },
      /tenants\[0\]\.groups\[0\]\.roles\[0\]: /,
    ],
    "a wrong switch in the second tenant": [
      { tenants: [seededTenant, { tenantId: tenantId.replace(/d$/, "e"), switches: { mfa: "maybe" } }] },
      /tenants\[1\]\.switches: The switch mfa can't be "maybe"/,
    ],
  };
  for (const [title, [file, message]] of Object.entries(wrong)) {
    it(`refuses ${title} by its place, and changes nothing`, async () => {
      await assert.rejects(seedSandbox({ home }, file), { name: "VisibleError", message });
      await started(() => {
        assert.equal(sandbox.cloud.hasTenant(tenantId), false);
        return Promise.resolve();
      });
    });
  }

  it("names every wrong place together", async () => {
    const users: Json = [
      { userPrincipalName: "a@b.example" },
      { userPrincipalName: "c@woodgrove.example", displayNme: "C" },
    ];
    await assert.rejects(seedSandbox({ home }, { tenants: [{ ...woodgrove, users }] }), (error: Error) => {
      assert.equal(error.message.split("\n").length, 3, error.message);
      return true;
    });
  });
});

/** A value of a property's type that is no default. */
function sample({ type, collection, values }: EntityProperty): Json {
  if (typeof type === "object") return [];
  const [first = "sample"] = values ?? [];
  const value = type === "Edm.Boolean" ? true : type === "Edm.DateTimeOffset" ? "2024-05-06T07:08:09Z" : first;
  return collection ? [value] : value;
}
