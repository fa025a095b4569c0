/** What every stack's settings must say but for the analysts: an invented customer and its MSSP. */
export const requiredSettings = {
  customerName: "Contoso",
  tenantId: "c0570500-0000-4000-8000-00000000000a",
  customerDomain: "contoso.com",
  msspName: "Fabrikam",
  msspTenantId: "5ec0de00-5ea1-4000-8000-000000000001",
};
