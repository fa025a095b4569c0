/** The customer of the runs with faults: settings for `up`, and others for the change. */

const ana = { email: "ana.silva@fabrikam-security.example", displayName: "Ana Silva" };
const ben = { email: "ben.okafor@fabrikam-security.example", displayName: "Ben Okafor" };
const cleo = { email: "cleo.martin@fabrikam-security.example", displayName: "Cleo Martin" };

export const tenantId = "c0570500-0000-4000-8000-0000000000fa";
export const stack = "contoso";

/** At first. */
export const settings: Readonly<Record<string, unknown>> = {
  customerName: "Contoso",
  tenantId,
  customerDomain: "contoso.example",
  msspName: "Fabrikam Security",
  msspTenantId: "5ec0de00-5ea1-4000-8000-000000000001",
  analysts: [ana, ben],
};

/** Later: an analyst has come, one has gone, one has another name; the domain and the application's name are others. */
export const changedSettings: Readonly<Record<string, unknown>> = {
  ...settings,
  customerName: "Contoso Pharmaceuticals",
  customerDomain: "contoso-pharma.example",
  analysts: [{ ...ana, displayName: "Ana Silva Costa" }, cleo],
};
