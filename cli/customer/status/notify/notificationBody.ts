/**
 * The bodies of a notification. No text of a customer can format, link or mention anything: Slack's
 * `plain_text` and the Adaptive Card's `TextRun` are shown as they are.
 *
 * - Teams: a message with an Adaptive Card, for a workflow with the trigger "When a Teams webhook request is
 *   received". https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
 * - Slack: blocks of an incoming webhook, with a text for clients that show none.
 *   https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
 */
import { visibleText } from "@defender-mssp/terminal/terminalText";
import { redactedText } from "../../../base/redaction";
import { actorNames } from "../../../access/actor";
import { urgencies } from "../../../findings/finding";
import type { StatusNeed } from "../customerStatus";
import type { NeedOfCustomer } from "./notificationPlan";
import type { NotifyFormat } from "./notifyFormats";

/** Needs in a message of Teams (28 KB) or Slack (50 blocks); the rest is a number. */
const longestList = 20;
/** Characters of each text of a message. */
const longestText = 300;

export interface NotificationOptions {
  readonly sentOn: Date;
  /** Values that no text may hold. */
  readonly knownSecrets: readonly string[];
}

/** The body of the format, as JSON. */
export function notificationBody(
  format: NotifyFormat,
  needs: readonly NeedOfCustomer[],
  { sentOn, knownSecrets }: NotificationOptions,
): object {
  const clean = (text: string) => visibleText(redactedText(text.replaceAll(/\s*\n\s*/g, " "), knownSecrets));
  const items = needs.map(({ stack, customerName, need }): Item => {
    const { urgency, topic, who, until } = need;
    const customer = customerName === undefined ? stack : `${clean(customerName)} (${stack})`;
    return { stack, customer, urgency, topic, who, until, text: clean(need.text), next: clean(need.next) };
  });
  const bodies = { teams: teamsMessage, slack: slackMessage, json: genericMessage };
  return bodies[format](items, sentOn);
}

interface Item extends Pick<StatusNeed, "urgency" | "topic" | "who" | "text" | "next"> {
  readonly until: string | undefined;
  readonly stack: string;
  readonly customer: string;
}

const urgencyTexts: Readonly<Record<StatusNeed["urgency"], string>> = {
  now: "needs somebody now",
  soon: "needs somebody soon",
  waiting: "waits",
};

function title(items: readonly Item[]): string {
  const counts = urgencies.map(
    (urgency) => [items.filter((item) => item.urgency === urgency).length, urgency] as const,
  );
  const shown = counts.filter(([count]) => count > 0).map(([count, urgency]) => `${count} ${urgency}`);
  const customers = new Set(items.map(({ stack }) => stack)).size;
  return `MSSP: ${customers === 1 ? "1 customer needs" : `${customers} customers need`} somebody (${shown.join(", ")})`;
}

function more(items: readonly Item[]): string | undefined {
  const left = items.length - longestList;
  return left > 0 ? `… and ${left} more: npx mssp status` : undefined;
}

function whoText({ who, next }: Item): string {
  const actor = actorNames[who].replace(/^./, (letter) => letter.toUpperCase());
  return next === "" ? actor : `${actor}: ${shortened(next)}`;
}

function teamsMessage(items: readonly Item[]): object {
  const run = (text: string, style: object = {}) => ({ type: "TextRun", text, ...style });
  const colors: Readonly<Record<StatusNeed["urgency"], string>> = {
    now: "Attention",
    soon: "Warning",
    waiting: "Default",
  };
  const blocks = items.slice(0, longestList).map((item) => ({
    type: "Container",
    separator: true,
    items: [
      {
        type: "RichTextBlock",
        inlines: [
          run(item.customer, { weight: "Bolder" }),
          run(` ${urgencyTexts[item.urgency]}`, { color: colors[item.urgency] }),
        ],
      },
      { type: "RichTextBlock", inlines: [run(shortened(item.text))] },
      { type: "RichTextBlock", inlines: [run(whoText(item), { isSubtle: true })] },
    ],
  }));
  const rest = more(items);
  const content = {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    msteams: { width: "Full" },
    body: [
      { type: "TextBlock", text: title(items), weight: "Bolder", size: "Medium", wrap: true },
      ...blocks,
      ...(rest === undefined ? [] : [{ type: "TextBlock", text: rest, wrap: true }]),
    ],
  };
  const contentType = "application/vnd.microsoft.card.adaptive";
  return { type: "message", attachments: [{ contentType, contentUrl: null, content }] };
}

function slackMessage(items: readonly Item[]): object {
  const plain = (text: string) => ({ type: "plain_text", text, emoji: false });
  const blocks = items.slice(0, longestList).map((item) => ({
    type: "section",
    text: plain(`${item.customer} ${urgencyTexts[item.urgency]}\n${shortened(item.text)}\n${whoText(item)}`),
  }));
  const rest = more(items);
  return {
    text: title(items),
    blocks: [
      { type: "header", text: plain(title(items)) },
      ...blocks,
      ...(rest === undefined ? [] : [{ type: "context", elements: [plain(rest)] }]),
    ],
  };
}

function genericMessage(items: readonly Item[], sentOn: Date): object {
  const needs = items.map(({ customer, ...item }) => ({ customer, ...item }));
  return { msspNotification: 1, sentOn: sentOn.toISOString(), title: title(items), needs };
}

function shortened(text: string): string {
  const characters = Array.from(text);
  return characters.length <= longestText ? text : `${characters.slice(0, longestText - 1).join("")}…`;
}
