/** The profiles: one file each, and one line here. */
import type { TrackerSettings } from "../ticketSettings";
import type { ProfileContext, Tracker } from "../tracker";
import { jira } from "./jira";
import { roundup } from "./roundup";
import { webhook } from "./webhook";

/** @throws VisibleError for a secret of another form */
export function openTracker(settings: TrackerSettings, context: ProfileContext): Tracker {
  switch (settings.profile) {
    case "roundup":
      return roundup(settings, context);
    case "jira":
      return jira(settings, context);
    case "webhook":
      return webhook(settings, context);
  }
}
