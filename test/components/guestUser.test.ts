import assert from "node:assert/strict";
import { GuestUser, type GuestUserArgs } from "../../components/guestUser";
import { only, resolved, settled, startMocks, type Recording } from "./mocks";

const invitationType = "azuread:index/invitation:Invitation";
const args: GuestUserArgs = {
  email: "ana@mssp.example",
  displayName: "Ana",
  redirectUrl: "https://security.microsoft.com?tid=t",
};

describe("components: GuestUser", () => {
  let recorded: Recording;
  beforeEach(async () => {
    recorded = await startMocks();
  });

  it("invites with an e-mail, and with nothing else", async () => {
    new GuestUser("ana", args);
    await settled();
    assert.deepEqual(
      recorded.resources.map(({ type, name, custom }) => ({ type, name, custom })),
      [
        { type: "defender-mssp:index:GuestUser", name: "ana", custom: false },
        { type: invitationType, name: "ana-invitation", custom: true },
      ],
    );
    const invitation = only(invitationType);
    assert.deepEqual(invitation.inputs, {
      userEmailAddress: "ana@mssp.example",
      userDisplayName: "Ana",
      redirectUrl: "https://security.microsoft.com?tid=t",
      message: { language: "en-US" },
    });
    assert.equal(invitation.parent, "defender-mssp:index:GuestUser::ana");
  });

  it("never invites again for another message or redirect, nor deletes whom it has just invited", async () => {
    new GuestUser("ana", args);
    await settled();
    const invitation = only(invitationType);
    assert.deepEqual(invitation.ignoreChanges, ["message", "redirectUrl"]);
    assert.equal(invitation.deleteBeforeReplace, true);
  });

  it("keeps the link that accepts the invitation secret", async () => {
    const guest = new GuestUser("ana", args);
    assert.deepEqual(await resolved(guest.redeemUrl), {
      value: "https://login.example/redeem?ana-invitation",
      secret: true,
    });
    assert.deepEqual(await resolved(guest.objectId), { value: "ana-invitation-user", secret: false });
    assert.deepEqual(await resolved(guest.email), { value: "ana@mssp.example", secret: false });
    assert.deepEqual(only(invitationType).additionalSecretOutputs, ["redeemUrl"]);
  });

  it("sends a text of its own, or Microsoft's in another language", async () => {
    new GuestUser("ana", { ...args, message: "Welcome." });
    new GuestUser("ben", { ...args, language: "de" });
    await settled();
    const messages = recorded.resources.filter(({ custom }) => custom).map(({ inputs }) => inputs["message"]);
    assert.deepEqual(messages, [{ body: "Welcome." }, { language: "de" }]);
  });

  it("refuses a text together with a language, which Graph does too", () => {
    assert.throws(() => new GuestUser("ana", { ...args, message: "Welcome.", language: "de" }), {
      message: "GuestUser takes message or language, not both: language is that of Microsoft's own text.",
    });
    assert.equal(recorded.resources.filter(({ custom }) => custom).length, 0);
  });

  it("knows in a preview what was asked for, and not what the tenant decides", async () => {
    await startMocks({ preview: true });
    const guest = new GuestUser("ana", args);
    assert.deepEqual(await resolved(guest.objectId), { value: undefined, secret: false });
    assert.deepEqual(await resolved(guest.redeemUrl), { value: undefined, secret: true });
    assert.deepEqual(await resolved(guest.email), { value: "ana@mssp.example", secret: false });
  });
});
