/** A rehearsal for a person: what was compared, and how which route of the sandbox would have to change. */
import { timeText } from "@defender-mssp/errors/time";
import { waits, type Wait } from "@defender-mssp/microsoft";
import type { AnswerDifference, Life, Rehearsal } from "@defender-mssp/sandbox";
import { paragraph, tableText, type TextCell } from "@defender-mssp/terminal/table";
import { counted } from "../../base/counted";

export function rehearsalText({ on, version, cloud, licence, permissions, ...routes }: Rehearsal): string {
  const { equal, withoutObjects, notAsked, different, life } = routes;
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
    ...(life === undefined ? [] : [`\n${lifeText(life)}`]),
  ].join("");
}

/** The steps of a life, and what was waited for beside what the product allows. */
export function lifeText(life: Life | undefined): string {
  if (life === undefined) return "";
  const { on, steps, left } = life;
  const rows = life.waits.map(({ wait, times, longest, looks, unseen }): TextCell[] => {
    const { what, hits, longest: allowed }: Wait = waits[wait];
    const taken = `${counted(times, "wait")}, at most ${longest < 1000 ? `${longest} ms` : timeText(longest)} and ${counted(looks, "look")}`;
    return [
      what,
      `${taken}${unseen === 0 ? "" : `; ${unseen} not seen`}`,
      `${counted(hits, "hit")}, ${timeText(allowed)}`,
    ];
  });
  return [
    paragraph(
      `Life of ${on}: ${left === undefined ? "it is not known what is" : left === 0 ? "nothing" : counted(left, "object")} left.`,
    ),
    tableText(
      steps.map(({ step, seconds, failed }): TextCell[] => [
        failed ? { text: "✗", color: "red" } : { text: "✓", color: "green" },
        step,
        timeText(seconds * 1000),
      ]),
    ),
    ...(rows.length === 0 ? [] : ["\n", tableText([["Waited for", "Measured", "Allowed"], ...rows])]),
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
