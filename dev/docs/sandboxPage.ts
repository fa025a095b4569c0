/** The table of replicas' lags in docs/sandbox.md. */
import { lagsOf, replicaProfiles, type ReplicaService } from "@defender-mssp/sandbox";
import { betweenComments } from "./betweenComments";

export const sandboxPageFile = "docs/sandbox.md";

const services: Readonly<Record<ReplicaService, string>> = {
  directory: "Directory, Azure's resources",
  privileged: "Privileged Identity Management",
  catalogs: "Catalogs and access packages",
  tokens: "Token endpoint",
  azureRoles: "Roles in Azure",
};

/** The page as it is, with the lags of each profile that has any. */
export function sandboxPage(): string {
  const profiles = replicaProfiles.flatMap((name) => {
    const lags = lagsOf(name);
    return lags === undefined ? [] : [{ name, lags }];
  });
  const rows = Object.entries(services).map(([service, words]) => {
    const cells = profiles.map(({ lags }) => {
      const [least, ...rest] = lags[service as ReplicaService];
      return least === 0 ? rest.join(", ") : `${rest.join(", ")}; ${least} at least`;
    });
    return `| ${[words, ...cells].join(" | ")} |`;
  });
  const heading = "Seconds until a replica has a write: half of the writes, 19 of 20, the longest";
  const head = [heading, ...profiles.map(({ name }) => `\`${name}\``)];
  return betweenComments(
    sandboxPageFile,
    "lags",
    [`| ${head.join(" | ")} |`, `|${head.map(() => "---|").join("")}`, ...rows].join("\n"),
  );
}
