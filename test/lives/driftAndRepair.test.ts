/**
 * One customer whose first `up` is killed, whose tenant somebody changes by hand, and who disables the
 * connector: each is found, and mended as far as the settings say.
 */
import assert from "node:assert/strict";
import { type PreviewStep, fixture } from "@defender-mssp/testkit";
import { inSession } from "../cli/testSession";
import {
  ana,
  ben,
  createProject,
  customer,
  dumpOfTenant,
  membersOf,
  objectsOf,
  single,
  TenantHands,
  tenantIdOf,
} from "../e2e/support";

describe("drift and repair of a customer's tenant", function () {
  const stack = ["--stack", "contoso"];
  const tenantId = tenantIdOf(2);
  let untouched: string;
  /** The application that `doctor --repair` imported. */
  let imported: string | undefined;
  let onRequest: ((line: string) => void) | undefined;

  const project = fixture(() => createProject({ log: (line) => onRequest?.(line) }));
  const hands = new TenantHands(project, tenantId);
  before(async () => {
    await project.writeSettings("contoso", customer(2));
    await project.addStack("contoso");
    project.sandbox.cloud.tenant(tenantId);
    untouched = dumpOfTenant(project, tenantId);
  });

  const up = (...flags: string[]) => project.succeed(["up", ...stack, "--yes", "--skip-preview", ...flags]);
  const group = () => single(objectsOf(project, tenantId).groups);
  const application = () => single(objectsOf(project, tenantId).applications);
  const guestIds = async () => (await project.outputs("contoso"))["guests"] as Record<string, string>;

  it("imports the application that a killed `up` left, by the command that `doctor --repair` prints", async () => {
    const killed = project.start(["up", ...stack, "--yes", "--skip-preview", "--parallel", "1"]);
    onRequest = (line) => {
      if (/^POST \/v1\.0\/applications 201/.test(line)) killed.kill("SIGKILL");
    };
    assert.equal((await killed).signal, "SIGKILL");
    onRequest = undefined;
    await project.succeed(["cancel", ...stack, "--yes"]);
    const id = String(application()["id"]);

    const { stdout: said, stderr: asked } = await inSession(["doctor", ...stack, "--repair"], {
      folder: project.folder,
      environment: project.environment,
      answers: ["import"],
    });
    assert.match(said, /^app registration "Contoso 2 SIEM MSSP Connector"$/m);
    assert.match(said, new RegExp(`^  ID        ${id}$`, "m"));
    assert.match(said, /^  created   20\d\d-/m);
    assert.match(
      said,
      /^  mark      its mark has the ID of this stack: ".*Managed by Pulumi \(defender-mssp\/contoso#[0-9a-f]{16}, MSSP tenant \S+\)\."$/m,
    );
    assert.match(said, /^  whose     this stack's\n  state     the engine was interrupted while it created one$/m);
    assert.match(
      asked,
      /^Delete app registration "Contoso 2 SIEM MSSP Connector", or show how to import it\? \[delete\/import\/N\] ?$/m,
    );
    const command = /^ {2}npx pulumi (import .*)$/m.exec(said)?.[1] ?? assert.fail(said);
    const args = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
    await project.succeed([...args, "--yes", "--skip-preview", "--generate-code=false"]);
    imported = id;
  });

  describe("after the next `up`, what somebody changed by hand:", () => {
    let invited: Awaited<ReturnType<typeof guestIds>>;
    let upWith: string;
    let keyId: string;
    let clientId: string;
    let steps: string[];

    before(async () => {
      await up();
      upWith = String(application()["id"]);
      invited = await guestIds();
      clientId = String((await project.outputs("contoso"))["clientId"]);
      const [path, groupPath] = [
        `/v1.0/applications/${String(application()["id"])}`,
        `/v1.0/groups/${String(group()["id"])}`,
      ];
      const guests = Object.values(invited);
      const administrator = Object.keys(objectsOf(project, tenantId).users).find((id) => !guests.includes(id))!;
      [{ keyId }] = application()["passwordCredentials"] as [{ keyId: string }];
      await hands.graph("DELETE", `${groupPath}/members/${invited[ana.email]}/$ref`);
      await hands.graph("POST", `${groupPath}/members/$ref`, {
        "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${administrator}`,
      });
      await hands.graph("PATCH", `/v1.0/users/${invited[ana.email]}`, { displayName: "Somebody" });
      await hands.graph("DELETE", `/v1.0/users/${invited[ben.email]}`);
      await hands.graph("POST", `${path}/removePassword`, { keyId });
      await hands.graph("PATCH", path, { web: { redirectUris: [] } });
      await hands.defender("DELETE", `/siemAuthorizations/${clientId}`);

      const preview = await project.run(["preview", ...stack, "--json", "--refresh", "--expect-no-changes"]);
      assert.notEqual(preview.exitCode, 0, "the drift was not found");
      steps = (JSON.parse(preview.stdout) as { steps: PreviewStep[] }).steps.map(
        ({ op, urn }) => `${op} ${urn.split("::")[2]?.split("$").at(-1)} ${urn.split("::").at(-1)}`,
      );
      await up("--refresh");
    });

    const finds = (pattern: RegExp) =>
      assert.ok(
        steps.some((step) => pattern.test(step)),
        steps.join("\n"),
      );

    it("the imported application is the one that `up` goes on with", () => assert.equal(upWith, imported));

    it("removed and added members of the group are found, and the members are those of the settings again", async () => {
      finds(/^update azuread:index\/group:Group /);
      assert.deepEqual(membersOf(project, tenantId, String(group()["id"])), Object.values(await guestIds()).sort());
    });

    it("a removed client secret is found and replaced", () => {
      finds(/^create azuread:index\/applicationPassword:ApplicationPassword /);
      const [made] = application()["passwordCredentials"] as [{ keyId: string }];
      assert.notEqual(made.keyId, keyId);
    });

    it("a withdrawn SIEM authorization is found and renewed", () => {
      finds(/^create .*SiemAuthorization/);
      assert.equal(single(objectsOf(project, tenantId).siemAuthorizations)["applicationId"], clientId);
    });

    it("a removed redirect URI is found and registered again", () => {
      finds(/applicationRedirectUris/);
      const { redirectUris } = application()["web"] as { redirectUris: string[] };
      assert.deepEqual(redirectUris, ["https://contoso2.example/SiemMsspConnector"]);
    });

    it("a deleted guest is found and invited again", async () => {
      finds(/^create pulumi-nodejs:dynamic\/defender-mssp:Guest /);
      const again = await guestIds();
      assert.notEqual(again[ben.email], invited[ben.email]);
      assert.equal(objectsOf(project, tenantId).users[again[ben.email]!]?.["mail"], ben.email);
    });

    it("a renamed guest is found and gets the name of the settings", async () => {
      finds(/^update pulumi-nodejs:dynamic\/defender-mssp:Guest /);
      const { [ana.email]: id = "" } = await guestIds();
      assert.equal(id, invited[ana.email]);
      assert.equal(objectsOf(project, tenantId).users[id]?.["displayName"], ana.displayName);
    });
  });

  describe("and later", () => {
    it("a connector that the customer has disabled stays disabled until connector.accountEnabled, and each command says so", async () => {
      const principals = () => objectsOf(project, tenantId).servicePrincipals;
      const { clientId } = await project.outputs("contoso");
      const [id = ""] = Object.keys(principals()).filter((key) => principals()[key]?.["appId"] === clientId);
      const isEnabled = () => principals()[id]?.["accountEnabled"];
      const warning = `The customer has disabled the SIEM connector (accountEnabled of service principal ${id} is false)`;
      const warnedOf = async () => JSON.stringify((await project.outputs("contoso"))["nextSteps"]).includes(warning);

      await hands.graph("PATCH", `/v1.0/servicePrincipals/${id}`, { accountEnabled: false });
      // The repaired tenant shows no other change.
      const shown = await project.succeed(["preview", ...stack, "--expect-no-changes", "--refresh"]);
      assert.ok(shown.includes(warning), shown);
      assert.ok((await up()).includes(warning));
      assert.deepEqual([isEnabled(), await warnedOf()], [false, true]);
      // Another change of the service principal leaves it disabled, too.
      await hands.graph("PATCH", `/v1.0/servicePrincipals/${id}`, { appRoleAssignmentRequired: true });
      await up("--refresh");
      assert.deepEqual([isEnabled(), principals()[id]?.["appRoleAssignmentRequired"]], [false, false]);

      const { connector } = customer(2) as { connector: object };
      await project.writeSettings("contoso", customer(2, { connector: { ...connector, accountEnabled: true } }));
      assert.match(await up("--refresh"), /connector\.accountEnabled enables it/);
      assert.deepEqual([isEnabled(), await warnedOf()], [true, false]);
      await project.writeSettings("contoso", customer(2));
      assert.ok(!(await up("--refresh")).includes("disabled"));
      assert.equal(isEnabled(), true);
    });

    it("after half was deleted by hand, a plain `destroy` fails as azuread's does; with --refresh nothing is left", async () => {
      await hands.graph("DELETE", `/v1.0/groups/${String(group()["id"])}`);
      const destroy = ["destroy", ...stack, "--yes", "--skip-preview"];
      const plain = await project.run(destroy);
      assert.notEqual(plain.exitCode, 0, plain.stdout);
      assert.match(plain.stdout + plain.stderr, /answered 404: |group was not found/);
      for (const id of Object.keys(objectsOf(project, tenantId).applications))
        await hands.graph("DELETE", `/v1.0/applications/${id}`);
      await project.succeed([...destroy, "--refresh"]);
      assert.equal(dumpOfTenant(project, tenantId), untouched);
    });
  });
});
