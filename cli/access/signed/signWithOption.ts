import { Option } from "commander";

export function signWithOption(): Option {
  return new Option("--sign-with <key>", "sign by this private key, a PEM file (default: MSSP_SIGN_WITH)");
}
