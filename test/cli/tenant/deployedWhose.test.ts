import assert from "node:assert/strict";
import { joinedWhose, otherMsspTenant, whoseIn, withWhose } from "../../../cli/tenant/deployedWhose";

describe("whose people and tenants a look searches for", () => {
  const [ofState, ofToday, earlier] = ["a", "b", "c"].map((letter) => `c0570500-0000-4000-8000-00000000000${letter}`);
  const guest = {
    type: "pulumi-nodejs:dynamic/defender-mssp:Guest",
    inputs: { email: "ana@Old.example" },
    outputs: {},
  };
  const trust = {
    type: "pulumi-nodejs:dynamic/defender-mssp:CrossTenantPartner",
    inputs: { partnerTenantId: ofState },
    outputs: {},
  };
  const whose = whoseIn([guest, trust], [{ msspTenantId: earlier, analystDomains: ["soc.example"] }]);

  it("the state's first, then those of the settings of today and of each deployed version", () => {
    const settings = withWhose({ msspTenantId: ofToday ?? "", analystDomains: ["new.example"] }, whose);
    assert.deepEqual(settings, {
      msspTenantId: ofState,
      furtherMsspTenantIds: [ofToday, earlier],
      analystDomains: ["new.example", "soc.example", "old.example"],
    });
    const gone = { ...whose, stateTenants: [] };
    assert.equal(withWhose({ msspTenantId: ofToday ?? "" }, gone).msspTenantId, ofToday);
    assert.deepEqual(joinedWhose(whose, whoseIn([])), whose);
  });

  it("says where state and settings differ, and nothing where they agree", () => {
    assert.match(
      otherMsspTenant({ msspTenantId: ofToday ?? "" }, whose) ?? "",
      /00a by the state, and \S+00b by the settings/,
    );
    assert.equal(otherMsspTenant({ msspTenantId: ofState ?? "" }, whose), undefined);
    assert.equal(otherMsspTenant({ msspTenantId: ofToday ?? "" }, { stateTenants: [] }), undefined);
  });
});
