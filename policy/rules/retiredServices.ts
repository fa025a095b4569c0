import { endings, dateOf, endingText } from "@defender-mssp/microsoft";
import { resourcesRestOn } from "../../domain/resourcesRestOn";
import { resourceRule } from "../rule";

export const retiredServices = resourceRule<object>({
  name: "retired-services",
  severity: "medium",
  level: "advisory",
  why: "No resource rests on a permission or a service that Microsoft has ended.",
  remedy: "Replace it by its successor, which `npx mssp status --show changes` names.",
  link: "https://learn.microsoft.com/graph/security-concept-overview",
  parameters: {},
  types: "all",
  check: (resource, { now }) =>
    endings(resourcesRestOn([resource]), dateOf(now))
      .filter(({ level }) => level === "over")
      .map(endingText),
});
