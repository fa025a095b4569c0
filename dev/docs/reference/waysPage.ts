/** docs/reference/ways.md: the catalogue of ways, from packages/tenant. */
import { type Way, ways } from "@defender-mssp/tenant";
import { kinds } from "../../../domain/kinds/kinds";

export function waysPage(): string {
  return [
    "# Ways of access",
    "",
    "Every entity set of Microsoft Graph v1.0, every write route of the sandbox and every type of Azure that the program or the policy pack knows has a " +
      "row: the [kind of access](kinds.md) that looks at it, that nobody looks and where a person does, or that it gives nothing. " +
      "`npm run docs:check` refuses one without a row. The certificate, the report and the hand-out list what nobody looks at: not looked is never none.",
    "",
    "## Looked at",
    "",
    ...rows((way) => ("kinds" in way.is ? way.is.kinds.map(plural).join(", ") : undefined)),
    "",
    "## Not looked at",
    "",
    ...rows(({ is }) =>
      "notLooked" in is ? `${is.notLooked.what}, because ${is.notLooked.why}. ${is.notLooked.look}` : undefined,
    ),
    "",
    "## Gives nothing",
    "",
    ...rows(({ is }) => ("nothing" in is ? is.nothing : undefined)),
    "",
  ].join("\n");
}

function rows(text: (way: Way) => string | undefined): string[] {
  return ways.flatMap((way) => {
    const shown = text(way);
    return shown === undefined ? [] : [`- \`${way.id}\`${places(way)}: ${shown}`];
  });
}

function places({ covers }: Way): string {
  return covers.length === 0 ? "" : ` (${covers.map((place) => `\`${place}\``).join(", ")})`;
}

function plural(key: string): string {
  return kinds.find((kind) => kind.key === key)?.plural ?? key;
}
