import assert from "node:assert/strict";
import type { StatusNeed } from "../../../../../cli/customer/status/customerStatus";
import { notificationBody } from "../../../../../cli/customer/status/notify/notificationBody";
import { notifyFormats } from "../../../../../cli/customer/status/notify/notifyFormats";
import type { NeedOfCustomer } from "../../../../../cli/customer/status/notify/notificationPlan";

const options = { sentOn: new Date("2026-11-28T06:00:00Z"), knownSecrets: ["https://hooks.example/T0/planted"] };

function needs(count: number, changes: Partial<StatusNeed> = {}): NeedOfCustomer[] {
  const need: StatusNeed = {
    key: "ends",
    topic: "ends",
    urgency: "soon",
    level: 1,
    who: "platformEngineer",
    title: "client secret ends in 9 d",
    text: "Client secret ends on 2026-12-07, in 9 days",
    next: "npx pulumi up renews it",
    until: "2026-12-07T00:00:00.000Z",
    ...changes,
  };
  return Array.from({ length: count }, (_, index) => ({ stack: `c${index}`, customerName: `Contoso ${index}`, need }));
}

describe("mssp status --notify by MSSP_NOTIFY_FORMAT", () => {
  it("teams: a message with one Adaptive Card, without Markdown", () => {
    const { type, attachments } = notificationBody("teams", needs(1), options) as {
      type: string;
      attachments: { contentType: string; content: { type: string; version: string; body: { type: string }[] } }[];
    };
    assert.equal(type, "message");
    assert.equal(attachments.length, 1);
    assert.equal(attachments[0]!.contentType, "application/vnd.microsoft.card.adaptive");
    const { content } = attachments[0]!;
    assert.deepEqual([content.type, content.version], ["AdaptiveCard", "1.4"]);
    // A TextBlock formats its text: only this program's own words are in one.
    const blocks = JSON.stringify(content).match(/\{"type":"TextBlock","text":"[^"]*/g);
    assert.deepEqual(blocks, ['{"type":"TextBlock","text":"MSSP: 1 customer needs somebody (1 soon)']);
    assert.match(JSON.stringify(content), /"type":"TextRun","text":"Contoso 0 \(c0\)","weight":"Bolder"/);
  });

  it("slack: a text, a header and a section in plain text for each need", () => {
    const { text, blocks } = notificationBody("slack", needs(2), options) as {
      text: string;
      blocks: { type: string; text: { type: string; text: string } }[];
    };
    assert.equal(text, "MSSP: 2 customers need somebody (2 soon)");
    assert.deepEqual(
      blocks.map((block) => `${block.type} ${block.text.type}`),
      ["header plain_text", "section plain_text", "section plain_text"],
    );
    assert.equal(
      blocks[1]!.text.text,
      "Contoso 0 (c0) needs somebody soon\nClient secret ends on 2026-12-07, in 9 days\nThe MSSP's platform engineer: npx pulumi up renews it",
    );
  });

  it("json: each need with its customer, its end and what to do", () =>
    assert.deepEqual(notificationBody("json", needs(1), options), {
      msspNotification: 1,
      sentOn: "2026-11-28T06:00:00.000Z",
      title: "MSSP: 1 customer needs somebody (1 soon)",
      needs: [
        {
          customer: "Contoso 0 (c0)",
          stack: "c0",
          urgency: "soon",
          topic: "ends",
          who: "platformEngineer",
          until: "2026-12-07T00:00:00.000Z",
          text: "Client secret ends on 2026-12-07, in 9 days",
          next: "npx pulumi up renews it",
        },
      ],
    }));

  for (const format of notifyFormats) {
    it(`${format}: no secret, no control character, and within the service's limits`, () => {
      const secret = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2lnbmF0dXJl";
      const text = `\u202e${secret}\u001b[31m ${options.knownSecrets[0]!} ${"long ".repeat(1000)}`;
      const json = JSON.stringify(notificationBody(format, needs(200, { text, next: text }), options));
      assert.doesNotMatch(json, /eyJ|planted|\\u001b|\u202e/);
      if (format === "json") return;
      assert.ok(json.length < 28 * 1024, `${json.length} bytes`);
      assert.match(json, /… and 180 more: npx mssp status/);
      const { blocks = [] } = JSON.parse(json) as { blocks?: { text?: { text: string } }[] };
      assert.ok(blocks.length <= 50);
      assert.ok(blocks.every((block) => (block.text?.text.length ?? 0) <= 3000));
    });
  }
});
