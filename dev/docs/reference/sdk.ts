/** docs/reference/sdk.md: the reaches into Pulumi's SDK, from program/sdk/reaches.ts. */
import { reaches, sdkVersions, type Reach } from "../../../program/sdk/reaches";

export function sdkPage(): string {
  return [
    "# Reaches into Pulumi's SDK",
    "",
    "Where the program uses more of `@pulumi/pulumi` than its interface. Each stands in a file of its own in `program/sdk/`, and no other",
    `place of the program makes one. The files of releases ${sdkVersions.from} and ${sdkVersions.to} have all members. The tests run 3.248.0, the`,
    "version that the packages install, and fail if a member is missing. Those of the reaches and of the program's run passed with 3.276.0 on Node.js 22, 24 and 26, too",
    "(2026-12-04).",
    "",
    "`MSSP_SDK_SHORTCUTS=off` turns off those that gain time or memory. Before you report a fault to Pulumi, repeat the run with it.",
    "",
    "Gains are processor time, medians of 7 pairs on the sandbox's dev customer (50 resources), with and without the reach in turn. What gained less",
    "than 50 ms was removed, unless it has another reason.",
    "",
    ...reaches.flatMap(section),
  ].join("\n");
}

function section({ file, what, why, gain, members, ifMissing, test }: Reach): string[] {
  const gained = typeof gain === "string" ? gain : `${gain.milliseconds} ms of ${gain.of}`;
  return [
    `## ${file}`,
    "",
    `- What: ${what}`,
    `- Why: ${why}`,
    `- Gain: ${gained}`,
    ...members.map(([module, member]) => `- Member: ${member === "" ? "" : `\`${member}\` of `}\`${module}\``),
    `- With an SDK without the member: ${ifMissing === "unpatched" ? "not made" : "the command stops"}`,
    `- Test: \`${test}\``,
    "",
  ];
}
