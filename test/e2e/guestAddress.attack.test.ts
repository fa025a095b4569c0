import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { fixture } from "@defender-mssp/testkit";
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
} from "./support";

/** On the real engine: the resource of the new address is made before the one of the old address is deleted. */
describe("components/guests/guestAddress: an analyst's address that changes", function () {
  this.timeout(240_000);

  const tenantId = tenantIdOf(0x71);
  const married = { ...ana, email: "ana.okafor@fabrikam-security.example" };
  const project = fixture(createProject);
  const hands = new TenantHands(project, tenantId);

  before(async () => {
    await project.writeSettings("contoso", customer(0x71, { analysts: [ana] }));
    await project.addStack("contoso");
    await up();
  });

  async function up(): Promise<void> {
    await project.succeed(["up", "--stack", "contoso", "--yes", "--skip-preview"]);
    await project.succeed(["preview", "--stack", "contoso", "--refresh", "--expect-no-changes"]);
  }

  const guests = () => Object.values(objectsOf(project, tenantId).users).filter(({ userType }) => userType === "Guest");
  const members = () => membersOf(project, tenantId, String(single(objectsOf(project, tenantId).groups)["id"]));

  it("a guest with both addresses keeps user and membership", async () => {
    const before = single(Object.fromEntries(guests().map((guest) => [String(guest["id"]), guest])));
    const id = String(before["id"]);
    await hands.graph("PATCH", `/v1.0/users/${id}`, { otherMails: [ana.email, married.email] });
    await project.writeSettings("contoso", customer(0x71, { analysts: [married] }));
    await up();
    assertEach(guests(), (guest) => guest["id"], [id]);
    assert.deepEqual(members(), [id]);
  });

  it("an unknown new address replaces the guest: the group has the new one, the old one is deleted", async () => {
    const [before] = guests();
    await project.writeSettings("contoso", customer(0x71, { analysts: [{ ...ana, email: "ana@mssp.example" }] }));
    await up();
    const [now, ...others] = guests();
    assert.deepEqual(others, []);
    assert.notEqual(now?.["id"], before?.["id"]);
    assert.deepEqual(members(), [now?.["id"]]);
  });

  for (const variant of ["the address as mail", "the address and a copied mark"]) {
    it(`another company's guest with ${variant} stops \`up\`, and nothing is changed`, async () => {
      const [victim] = guests();
      const { invitedUser } = await hands.graph<{ invitedUser: { id: string } }>("POST", "/v1.0/invitations", {
        invitedUserEmailAddress: "evil@adatum.example",
        inviteRedirectUrl: "https://adatum.example",
      });
      const { email } = ben;
      const mark = variant.endsWith("mark") ? { employeeType: victim?.["employeeType"] } : {};
      await hands.graph("PATCH", `/v1.0/users/${invitedUser.id}`, { mail: email, ...mark });
      const before = dumpOfTenant(project, tenantId);
      await project.writeSettings(
        "contoso",
        customer(0x71, { analysts: [{ ...ana, email: "ana@mssp.example" }, ben] }),
      );
      const command = ["up", "--stack", "contoso", "--yes", "--skip-preview"];
      const { exitCode, stdout, stderr } = await project.run(command);
      assert.notEqual(exitCode, 0);
      assert.match(stdout + stderr, new RegExp(`Nothing was changed[^]*${invitedUser.id}, principal name evil_adatum`));
      assert.equal(dumpOfTenant(project, tenantId), before);
      await hands.graph("DELETE", `/v1.0/users/${invitedUser.id}`);
    });
  }

  it("`destroy` leaves no guest", async () => {
    await project.succeed(["destroy", "--stack", "contoso", "--yes", "--skip-preview"]);
    assert.deepEqual(guests(), []);
  });
});
