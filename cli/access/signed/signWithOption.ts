import { Option } from "commander";

export function signWithOption(): Option {
  const vault = "https://<vault>.vault.azure.net/keys/<name>";
  return new Option("--sign-with <key>", `sign by a private key, PEM, or by ${vault} (default: MSSP_SIGN_WITH)`);
}
