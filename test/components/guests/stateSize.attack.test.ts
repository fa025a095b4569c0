/**
 * What each analyst adds to the state. The engine writes the whole state about five times for each
 * analyst that it adds, and encrypts every secret in it again each time: a second secret or a
 * kilobyte more for each analyst makes `up` of a large customer slow and large.
 */
import assert from "node:assert/strict";
import { GuestUser } from "../../../components/guests/guestUser";
import { startMocks, settled, tenantId } from "../mocks";

describe("components/guests/stateSize: a customer with many analysts", () => {
  it("the state holds the invitation's link once for each guest: the component registers no secret", async () => {
    await startMocks();
    const registered: object[] = [];
    const prototype = GuestUser.prototype as unknown as { registerOutputs?: (outputs: object) => void };
    prototype.registerOutputs = (outputs) => void registered.push(outputs);
    try {
      const redirectUrl = "https://security.microsoft.com";
      const guest = new GuestUser("ana", { tenantId, email: "ana@mssp.example", displayName: "Ana", redirectUrl });
      await settled();
      assert.ok("inviteRedeemUrl" in guest, "the class has it");
    } finally {
      delete prototype.registerOutputs;
    }
    const [outputs = {}] = registered;
    assert.ok("objectId" in outputs);
    assert.ok(!("inviteRedeemUrl" in outputs));
  });
});
