/** The view `secrets` of `mssp status`: when the credentials of every customer expire. */
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import { placeOf } from "../../base/place";
import type { ExpiringSecretsOptions } from "./expiringSecrets";
import type { StatusView } from "../../selection/statusView";

interface SecretsOptions extends Pick<ExpiringSecretsOptions, "stack" | "days"> {
  readonly json?: boolean;
}

export const secretsView: StatusView<SecretsOptions> = {
  shows:
    "when the credentials of every customer expire; one that expires within --days ends it with exit code 1. After a " +
    "rotation both client secrets are listed: the SIEM needs the new one before the previous one expires. A note names " +
    "the backend's stacks without a settings file",
  takes: ["--stack", "--days"],
  print: async (options, session) => {
    const { secretsOfStacks, stacksWithoutSettingsNote } = await import("./expiringSecrets.js");
    const place = placeOf(session);
    const [list, note] = await Promise.all([
      secretsOfStacks({ ...options, at: session.now(), ...place }),
      options.stack === undefined ? stacksWithoutSettingsNote(place) : undefined,
    ]);
    if (note !== undefined) session.err.note(note);
    if (options.json === true) writeJson(session.out, "secrets", { stacks: list });
    else session.out.write((await import("./secretsText.js")).secretsText(list));
    if (list.some(({ state }) => state === "failed")) session.exitCode = 1;
  },
};
