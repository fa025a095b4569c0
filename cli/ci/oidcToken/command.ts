/** `mssp ci oidc-token`: writes GitHub's OpenID Connect token for Entra to a file. */
import type { Command } from "commander";
import type { Session } from "@defender-mssp/terminal/session";
import { describeCommand } from "@defender-mssp/terminal/help";

/** Adds the subcommand to `ci`. */
export function registerOidcToken(ci: Command, session: Session): void {
  const command = ci
    .command("oidc-token")
    .description("Write GitHub's OpenID Connect token for Entra to a file, for AZURE_FEDERATED_TOKEN_FILE.")
    .requiredOption("--out <file>", "the file")
    .action(async ({ out }: { readonly out: string }) => {
      const { writeOidcToken } = await import("./oidcToken.js");
      await writeOidcToken(out, session.environment);
    });
  describeCommand(command, {
    reads: "The job's own token service; the job needs the permission `id-token: write`.",
    changes: "Writes the file, readable by its owner only.",
    exitCodes: { 1: "not a GitHub job with that permission, or the file can't be written" },
    examples: ['npx mssp ci oidc-token --out "$RUNNER_TEMP/entra-token"'],
  });
}
