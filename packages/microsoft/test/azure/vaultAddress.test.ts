import assert from "node:assert/strict";
import { secretAddress, vaultAddress } from "@defender-mssp/microsoft";

describe("microsoft/azure/vaultAddress", () => {
  const vault = "https://fabrikam.vault.azure.net";

  for (const vaultUrl of [
    vault,
    "https://fabrikam.vault.usgovcloudapi.net",
    "https://siem.vault.sandbox.invalid",
    "http://127.0.0.1:8443/keyvault/siem",
    "https://127.0.0.1:8443",
  ])
    it(`reads ${vaultUrl}, and a secret of it`, () => {
      for (const end of ["", "/"]) {
        assert.deepEqual(vaultAddress(vaultUrl + end), { vaultUrl });
        assert.deepEqual(secretAddress(`${vaultUrl}/secrets/contoso${end}`), { vaultUrl, name: "contoso" });
      }
      assert.equal(secretAddress(vaultUrl), undefined);
      assert.equal(secretAddress(`${vaultUrl}/secrets/a_b`), undefined);
      assert.equal(vaultAddress(`${vaultUrl}/secrets/a_b`)?.name, "a_b", "the caller names the name");
    });

  for (const text of [
    `${vault}/secrets/contoso/0123456789abcdef0123456789abcdef`,
    "https://127.0.0.1:8443/keyvault/siem/secrets/contoso/0123456789abcdef0123456789abcdef",
    "https://127.0.0.1:8443/secrets/contoso/0123456789abcdef0123456789abcdef",
    `${vault}/keys/contoso`,
    `${vault}/secrets`,
    `${vault}/secret/contoso`,
    `${vault}/keyvault/siem/secrets/contoso`,
    `${vault}/secrets/contoso?api-version=7.4`,
    `${vault}/secrets/contoso#x`,
    "https://vault.azure.net.evil.example/secrets/contoso",
    "https://evilvault.azure.net/secrets/contoso",
    "https://fabrikam.example/refresh-token",
    "http://fabrikam.vault.azure.net/secrets/contoso",
    "ftp://127.0.0.1/secrets/contoso",
    "https://user:word@fabrikam.vault.azure.net/secrets/contoso",
    "fabrikam",
  ])
    it(`refuses ${text}`, () => assert.equal(vaultAddress(text), undefined));
});
