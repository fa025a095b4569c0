import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import type { GuestUserArgs } from "../../../components/guests/guest";
import { GuestUser } from "../../../components/guests/guestUser";
import { only, resolved, settled, startMocks, tenantId, type Recording } from "../mocks";

const guestType = "pulumi-nodejs:dynamic/defender-mssp:Guest";
const args: GuestUserArgs = {
  tenantId,
  email: "ana@mssp.example",
  displayName: "Ana",
  redirectUrl: "https://security.microsoft.com?tid=t",
};

describe("components: GuestUser", () => {
  let recorded: Recording;
  beforeEach(async () => (recorded = await startMocks()));

  it("declares exactly one guest", async () => {
    new GuestUser("ana", args);
    await settled();
    assertEach(recorded.resources, ({ type, name, custom }) => ({ type, name, custom }), [
      { type: "defender-mssp:index:GuestUser", name: "ana", custom: false },
      { type: guestType, name: "ana-user", custom: true },
    ]);
    const guest = only(guestType);
    const { __provider, ...inputs } = guest.inputs;
    assert.equal(typeof __provider, "string");
    assert.deepEqual(inputs, { ...args, managedBy: "defender-mssp/dev" });
    assert.equal(guest.parent, "defender-mssp:index:GuestUser::ana");
  });

  it("invites the new address before the guest of the old one is deleted", async () => {
    new GuestUser("ana", args);
    await settled();
    assert.equal(only(guestType).deleteBeforeReplace, false);
  });

  it("keeps the link that accepts the invitation secret", async () => {
    const guest = new GuestUser("ana", args);
    assert.deepEqual(await resolved(guest.inviteRedeemUrl), {
      value: "https://login.example/redeem?ana-user",
      secret: true,
    });
    assert.deepEqual(await resolved(guest.objectId), { value: "ana-user-object", secret: false });
    assert.deepEqual(await resolved(guest.email), { value: "ana@mssp.example", secret: false });
    assert.deepEqual(await resolved(guest.adopted), { value: false, secret: false });
    assert.deepEqual(only(guestType).additionalSecretOutputs, ["inviteRedeemUrl"]);
  });

  it("passes on text, language and copy recipient only if given", async () => {
    new GuestUser("ana", { ...args, message: "Welcome.", copyRecipient: "soc@mssp.example" });
    await settled();
    new GuestUser("ben", { ...args, language: "de" });
    await settled();
    const said = recorded.resources
      .filter(({ custom }) => custom)
      .map(({ inputs: { message, language, copyRecipient } }) => ({ message, language, copyRecipient }));
    assert.deepEqual(said, [
      { message: "Welcome.", language: undefined, copyRecipient: "soc@mssp.example" },
      { message: undefined, language: "de", copyRecipient: undefined },
    ]);
  });

  it("refuses a text together with a language, as Graph does", () => {
    assert.throws(() => new GuestUser("ana", { ...args, message: "Welcome.", language: "de" }), {
      message: "GuestUser takes message or language, not both: language selects a translation of Microsoft's text.",
    });
    assert.equal(recorded.resources.filter(({ custom }) => custom).length, 0);
  });

  it("has its arguments but not the tenant's values in a preview", async () => {
    await startMocks({ preview: true });
    const guest = new GuestUser("ana", args);
    assert.deepEqual(await resolved(guest.objectId), { value: undefined, secret: false });
    assert.deepEqual(await resolved(guest.inviteRedeemUrl), { value: undefined, secret: true });
    assert.deepEqual(await resolved(guest.adopted), { value: undefined, secret: false });
    assert.deepEqual(await resolved(guest.email), { value: "ana@mssp.example", secret: false });
  });
});
