/** A rehearsal for a person: what was compared, and how which route of the sandbox would have to change. */
import type { AnswerDifference, Rehearsal } from "@defender-mssp/sandbox";
import { paragraph, tableText, type TextCell } from "@defender-mssp/terminal/table";
import { counted } from "../../base/counted";

export function rehearsalText({ on, version, cloud, licence, permissions, ...routes }: Rehearsal): string {
  const { equal, withoutObjects, notAsked, different } = routes;
  const scoreboard: TextCell[][] = [
    [{ text: "✓", color: "green" }, String(equal.length), "answered as the sandbox does"],
    ["–", String(withoutObjects.length), "answered alike, without an object to compare"],
    ["–", String(notAsked.length), "not asked: there was no object, or no permission in Azure"],
    [different.length === 0 ? "–" : { text: "✗", color: "red" }, String(different.length), "answered otherwise"],
  ];
  return [
    paragraph(
      `Rehearsal of ${on} with version ${version} in the cloud ${cloud} (licence of Entra ID: ${licence ?? "not read"}), by an identity with ` +
        `${counted(permissions.length, "application permission")}.`,
    ),
    tableText(scoreboard),
    ...(different.length === 0 ? [] : ["\nTo answer as the service did, the sandbox would have to change:\n"]),
    ...different.flatMap(({ route, differences, more }) => [
      `\n${paragraph(route)}`,
      tableText(
        differences.map((difference) => [difference.at, changeText(difference)]),
        { indent: 2 },
      ),
      ...(more === undefined ? [] : [`  ${counted(more, "further difference")}\n`]),
    ]),
  ].join("");
}

/** What the sandbox would have to do. */
function changeText({ at, service, sandbox }: AnswerDifference): string {
  if (at.includes("(keys that"))
    return `have ${counted(Number(service), "more key")} of unknown ${Number(service) === 1 ? "name" : "names"}`;
  if (service === "absent") return "leave it out";
  if (sandbox === "absent") return service === "present" ? "send it" : `have it: ${service}`;
  if (at === "error.message") return `have another text, of hash ${service.replace("text ", "")}`;
  return `be ${service}, not ${sandbox}`;
}
