/** What Microsoft ends, on the pages of a report. */
import { lines, section, table, withCode, type Block, type Row } from "@defender-mssp/pages";
import { endingSentence, endingStates, publishedDay, type Ending } from "@defender-mssp/microsoft";
import type { Texts } from "../../access/texts/texts";

/** The MSSP's own section; none where nothing ends. */
export function retirementsSection(retirements: readonly Ending[]): Block[] {
  if (retirements.length === 0) return [];
  const rows = retirements.map((ending): Row => {
    const { level, restsOn, successor, remedy, source } = ending;
    const toDo = lines([`Successor: ${successor}`, withCode(remedy), `Source: ${source}`]);
    return { cells: [{ content: endingSentence(ending), state: endingStates[level] }, restsOn.join(", "), toDo] };
  });
  const columns = [
    { title: "What, and when", kind: "sentence" },
    { title: "Used by", kind: "long" },
    { title: "What to do", kind: "sentence" },
  ] as const;
  const intro = "What Microsoft or a SIEM product ends, and this customer's access rests on.";
  return [section({ id: "retirements", title: "What Microsoft ends" }, table({ caption: intro, columns, rows }))];
}

/** The customer's section: names of Microsoft's products stay in English, as menus do. */
export function retirementsForCustomer(retirements: readonly Ending[], { retirements: texts }: Texts): Block[] {
  if (retirements.length === 0) return [];
  const rows = retirements.map((ending): Row => {
    const { what, level, successor, restsOn } = ending;
    return {
      cells: [what, { content: whenText(ending, texts), state: endingStates[level] }, successor, restsOn.join(", ")],
    };
  });
  const columns = [
    { title: texts.what, kind: "sentence" },
    { title: texts.when },
    { title: texts.successor, kind: "sentence" },
    { title: texts.usedBy, kind: "long" },
  ] as const;
  return [
    section(
      { id: "retirements", title: texts.title, intro: texts.intro },
      table({ caption: texts.title, columns, rows }),
    ),
  ];
}

function whenText({ level, endsOn, precision }: Ending, texts: Texts["retirements"]): string {
  if (endsOn === null) return texts.undated;
  const text = level === "over" ? texts.ended : level === "perhapsOver" ? texts.mayBeOff : texts.ends;
  return text.replace("{date}", publishedDay(endsOn, precision));
}
