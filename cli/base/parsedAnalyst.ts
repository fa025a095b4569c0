/** An analyst on a command line. */
export interface GivenAnalyst {
  readonly email: string;
  readonly displayName: string;
}

/** `Ana Silva <ana@mssp.example>`, or an address: the name is then made of it. */
export function parsedAnalyst(text: string): GivenAnalyst {
  const [, name, address] = /^(.*?)<([^<>]*)>\s*$/.exec(text) ?? [];
  const email = (address ?? text).trim();
  const displayName = name?.trim().replace(/^"(.*)"$/, "$1") ?? "";
  return { email, displayName: displayName === "" ? nameFrom(email) : displayName };
}

/** ana.silva@… → Ana Silva */
function nameFrom(email: string): string {
  const words = (email.split("@")[0] ?? "").split(/[._-]+/).filter((word) => word !== "");
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(" ");
}
