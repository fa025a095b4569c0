/** What to do with a connection file that was written. */
import path from "node:path";
import type { ConnectionContent } from "@defender-mssp/siem/connector/connectionFile";
import { shellWord } from "../../base/shellWord";
import type { WrittenConnection } from "./write";

/**
 * Numbered steps with commands to paste.
 * @param count files of the same run; the commands are for the first one.
 */
export function nextSteps({ file, connection }: WrittenConnection, count: number): string {
  const steps = [
    ...handOverSteps(connection),
    [`Copy ${count === 1 ? shellWord(file) : "the files"} to the SIEM's machine.`],
    ["Check there:", `  npx defender-mssp-siem verify ${selection(file, count)}`],
  ];
  const lines = steps.flatMap(([first = "", ...rest], index) => [
    `  ${index + 1}. ${first}`,
    ...rest.map((it) => `   ${it}`),
  ]);
  const heading = count === 1 ? "Next:" : `Next, for each customer (commands for ${connection.stack}):`;
  return `${heading}\n${lines.map((line) => `${line}\n`).join("")}`;
}

function selection(file: string, count: number): string {
  return count === 1
    ? `--connection ${shellWord(path.basename(file))}`
    : `--connections ${shellWord(path.basename(path.dirname(file)))}`;
}

/** How the credential gets to its place. The secret is on no screen and in no command line. */
function handOverSteps({
  stack,
  connector,
  credentialPlace: place,
}: ConnectionContent): readonly (readonly string[])[] {
  if ("keyVaultSecret" in place) {
    return [[`Give that machine's identity the role Key Vault Secrets User on`, `  ${place.keyVaultSecret}`]];
  }
  const target =
    "file" in place
      ? `to that machine as ${place.file}, mode 600`
      : `to that machine, mode 600, and let ${place.fileVariable} name it`;
  if (connector.credential === "certificate") return [[`Copy the certificate with its private key ${target}.`]];
  if (connector.credential === "federated") return [[`Let the identity provider write its token ${target}.`]];
  if (connector.kind === "msspApp") return [[`Copy the secret of your own application ${target}.`]];
  return [
    [
      "Write the client secret to a file that only you can read:",
      `  (umask 077; npx pulumi stack output clientSecret --show-secrets \\`,
      `    --stack ${shellWord(stack)} > ${shellWord(`${stack.replaceAll("/", "+")}.secret`)})`,
    ],
    [`Move it ${target}.`],
  ];
}
