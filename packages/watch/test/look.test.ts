/** The customer's own look at what an MSSP can do now. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { parsedJson, recordOf, recordsOf, textOf } from "@defender-mssp/errors/json";
import { addConsentedServicePrincipal, addApplication, msspTenantId, tenantId, fixture } from "@defender-mssp/testkit";
import { adatumTenantId, watchedTenant } from "./watchedTenant";

const mssp = "fabrikam-security.example";

describe("look: what the MSSP can do in the customer's tenant", () => {
  const world = fixture(watchedTenant);

  const look = async (...args: string[]) => {
    const { out, err, code } = await world.watch("look", "--mssp", mssp, ...args, "--json");
    assert.equal(err, "");
    const document = recordOf(parsedJson(out));
    return { code, document, objects: recordsOf(document["objects"]), strangers: recordsOf(document["strangers"]) };
  };

  it("shows the MSSP's automation, its guests and what each holds, and everybody else as a question", async () => {
    const [ana, guest] = [await world.invite(`ana@${mssp}`), await world.invite("greta@adatum.example")];
    const json = { principalId: ana, roleDefinitionId: "5d6b6bb7-de71-4623-b4af-96380a352509", directoryScopeId: "/" };
    await world.automation("/v1.0/roleManagement/directory/roleAssignments", { method: "POST", json });
    const foreign = {
      applicationId: "ada70000-0000-4000-8000-0000000000aa",
      displayName: "Adatum app",
      signInAudience: "AzureADMultipleOrgs",
    } as const;
    addApplication(world.sandbox.cloud.tenant(adatumTenantId), foreign);
    addConsentedServicePrincipal(world.tenant, { ...foreign, homeTenantId: adatumTenantId }, {});
    await world.invite("pat@private.example");
    const { document, objects, strangers } = await look();
    assert.deepEqual(document["msspTenantIds"], [msspTenantId]);
    const analyst = objects.find(({ id }) => id === ana);
    assert.deepEqual(
      recordsOf(analyst?.["grants"]).map(({ what }) => what),
      ["the directory role Security Reader"],
    );
    assert.ok(objects.some(({ kind }) => kind === "msspServicePrincipal"));
    assert.ok(!objects.some(({ id }) => id === guest));
    const adatum = strangers.find(({ key }) => key === adatumTenantId);
    assert.deepEqual(
      recordsOf(adatum?.["ways"]).map(({ kind }) => kind),
      ["guest", "servicePrincipal"],
    );
    assert.ok(strangers.some(({ key, isTenant }) => key === "private.example" && isTenant === false));
    assert.ok(!strangers.some(({ key }) => key === msspTenantId || key === tenantId));
  });

  it("writes a page in both languages, without a script of others and with the click that ends each", async () => {
    for (const language of ["en", "de"]) {
      await world.watch("look", "--mssp", mssp, "--page", "look.html", "--language", language);
      const page = await readFile(path.join(world.folder, "look.html"), "utf8");
      const expected = [language === "en" ? "Also theirs?" : "Gehören diese auch dazu?", `<html lang="${language}"`];
      for (const text of [...expected, `Users > ana@${mssp} > Delete`])
        assert.ok(page.replaceAll("&gt;", ">").includes(text), text);
    }
  });

  it("names the permission of what it may not read, and never says that nothing is there", async () => {
    const blind = await watchedTenant(["User.Read.All"]);
    try {
      const { out, code } = await blind.watch("look", "--mssp", mssp, "--json");
      const unread = recordsOf(recordOf(parsedJson(out))["unread"]);
      assert.equal(code, 3);
      for (const permission of ["Application.Read.All", "Policy.Read.All", "Group.Read.All"])
        assert.ok(
          unread.some(({ reason }) => textOf(reason) === `not permitted: requires ${permission}`),
          permission,
        );
    } finally {
      await blind.stop();
    }
  });

  it("refuses the MSSP's own identity, its own tenant, and a name that no tenant has", async () => {
    const own = await world.watch("look", "--mssp", "contoso.com");
    assert.match(own.err, /is your own tenant/);
    const nobody = await world.watch("look", "--mssp", "nobody.example");
    assert.match(nobody.err, /knows no tenant with the domain nobody.example/);
    const variables = (await world.sandbox.environment({ user: {} })).variables;
    Object.assign(world.environment, {
      ARM_CLIENT_ID: variables.ARM_CLIENT_ID,
      ARM_CLIENT_SECRET: variables.ARM_CLIENT_SECRET,
    });
    assert.match((await world.watch("look", "--mssp", mssp)).err, /which is of the MSSP's tenant/);
  });
});
