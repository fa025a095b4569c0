import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { guestResource } from "@defender-mssp/microsoft";
import { Guest } from "../../../components/entra/guest";
import { only, resolved, settled, startMocks, tenantId } from "../mocks";

describe("components/entra: Guest", () => {
  it("keeps the code that every deployed stack has, whatever the logic does: another one would show as a change in each", async () => {
    const golden = readFileSync(path.join(__dirname, "guestProvider.golden.txt"), "utf8");
    const original = { ...guestResource };
    guestResource.create = () => Promise.reject(new Error("other logic"));
    try {
      await startMocks();
      const guest = new Guest("ana", {
        tenantId,
        email: "ana@mssp.example",
        displayName: "Ana",
        redirectUrl: "https://x",
      });
      await resolved(guest.objectId);
      await settled();
      const code = only("pulumi-nodejs:dynamic/defender-mssp:Guest").inputs["__provider"] as string;
      assert.equal(code.trim(), golden.trim());
    } finally {
      Object.assign(guestResource, original);
    }
  });
});
