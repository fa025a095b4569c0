import { VisibleError } from "@defender-mssp/errors";

/** What the program needs of Pulumi's SDK and this release of the SDK does not have. */
export function missingMember(member: string): VisibleError {
  return new VisibleError(
    `The installed @pulumi/pulumi has no ${member}, which this program needs. Install the version that this package names (\`npm ls @pulumi/pulumi\`), and remove an override of it from package.json.`,
  );
}
