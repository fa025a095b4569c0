import assert from "node:assert/strict";
import { EnvironmentError, ServiceError, visible, VisibleError } from "@defender-mssp/errors";

describe("microsoft/errors", () => {
  const service = new ServiceError({ status: 403, message: "not allowed", method: "GET", url: "https://a.example/b" });

  it("every error for users is a VisibleError, and its class remains recognizable", () => {
    assert.ok(service instanceof VisibleError);
    assert.ok(new EnvironmentError("ARM_CLIENT_ID is not set") instanceof VisibleError);
    assert.deepEqual([service.name, new EnvironmentError("").name], ["ServiceError", "EnvironmentError"]);
    assert.equal(service.message, "GET https://a.example/b answered 403: not allowed");
  });

  it("a resource operation shows a VisibleError on one line, and a bug with its stack trace", async () => {
    const shown: unknown = await visible(
      "The guest's create",
      () => Promise.reject(service),
      () => "Ask for it.",
    ).catch((error: unknown) => error);
    assert.ok(shown instanceof VisibleError);
    assert.equal(
      String(shown),
      "The guest's create failed. GET https://a.example/b answered 403: not allowed Ask for it.",
    );
    assert.equal(shown.stack, "");
    const bug = new TypeError("x is undefined");
    await assert.rejects(
      visible("The guest's create", () => Promise.reject(bug)),
      (error) => error === bug,
    );
  });
});
