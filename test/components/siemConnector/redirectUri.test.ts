import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { RedirectUri } from "../../../components/siemConnector/redirectUri";
import { only, resolved, settled, startMocks, type Recording } from "../mocks";

describe("components: RedirectUri", () => {
  let recorded: Recording;
  beforeEach(async () => (recorded = await startMocks()));

  it("registers https://<domain>/SiemMsspConnector as the application's web redirect URI", async () => {
    const redirect = new RedirectUri("redirect", { applicationId: "/applications/1", domain: "contoso.com" });
    await settled();
    assertEach(recorded.resources, ({ type, name, inputs, parent }) => ({ type, name, inputs, parent }), [
      { type: "defender-mssp:index:RedirectUri", name: "redirect", inputs: {}, parent: "" },
      {
        type: "azuread:index/applicationRedirectUris:ApplicationRedirectUris",
        name: "redirect-redirect-uris",
        inputs: {
          applicationId: "/applications/1",
          type: "Web",
          redirectUris: ["https://contoso.com/SiemMsspConnector"],
        },
        parent: "defender-mssp:index:RedirectUri::redirect",
      },
    ]);
    assert.deepEqual(await resolved(redirect.uri), { value: "https://contoso.com/SiemMsspConnector", secret: false });
  });

  it("registers a second one on localhost in the same list if a port is given", async () => {
    const args = { applicationId: "/applications/1", domain: "contoso.com", loopbackPort: 8400 };
    const redirect = new RedirectUri("redirect", args);
    await settled();
    const loopback = "http://localhost:8400/SiemMsspConnector";
    assert.deepEqual(only("azuread:index/applicationRedirectUris:ApplicationRedirectUris").inputs["redirectUris"], [
      "https://contoso.com/SiemMsspConnector",
      loopback,
    ]);
    assert.deepEqual(await resolved(redirect.loopbackUri), { value: loopback, secret: false });
  });
});
