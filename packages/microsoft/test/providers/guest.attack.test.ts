import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { guestResource, type CallContext, type GuestInputs, type GuestState } from "@defender-mssp/microsoft";
import { type StoredObject, tenantId, type TestSandbox, testSandbox } from "@defender-mssp/testkit";

const inputs: GuestInputs = {
  tenantId,
  email: "ana@mssp.example",
  displayName: "Ana",
  redirectUrl: "https://security.microsoft.com",
  managedBy: "defender-mssp/contoso#0123456789abcdef",
};
const marriedName = { ...inputs, email: "ana.silva@mssp.example" };

/** The provider's methods as Pulumi calls them, against the sandbox's server. */
describe("packages/microsoft/providers/guest: ownership of a guest", () => {
  let test: TestSandbox;
  let context: CallContext;
  let seeded: ReadonlySet<string>;

  before(async () => {
    test = await testSandbox();
    ({ context } = test);
    seeded = new Set(users().keys());
  });
  beforeEach(() => {
    for (const id of [...users().keys()]) if (!seeded.has(id)) users().delete(id);
  });
  after(() => test.stop());

  const users = (): Map<string, StoredObject> => test.tenant.objects("users");
  const guests = (): StoredObject[] => [...users().values()].filter(({ id }) => !seeded.has(id));
  const create = async (of: GuestInputs): Promise<GuestState> => (await guestResource.create({ ...of }, context)).outs;
  const remove = ({ objectId, ...state }: GuestState) =>
    guestResource.delete(objectId, { ...state, objectId }, context);

  function addUser(properties: Record<string, string | string[]>): string {
    const id = `00000000-0000-4000-8000-${String(users().size).padStart(12, "0")}`;
    const [template] = users().values();
    const plain = { ...template, mail: null, otherMails: [], proxyAddresses: [], displayName: "Mallory" };
    users().set(id, { ...plain, userPrincipalName: `${id}@contoso.com`, ...properties, id });
    return id;
  }

  /** An analyst who has accepted and has both addresses. */
  async function acceptedWithBoth(): Promise<GuestState> {
    const before = await create(inputs);
    const user = users().get(before.objectId)!;
    Object.assign(user, { externalUserState: "Accepted", otherMails: [inputs.email, marriedName.email] });
    return before;
  }

  it("a changed address keeps the guest if both addresses are of one user", async () => {
    const before = await acceptedWithBoth();
    const now = await create({ ...marriedName, existingObjectId: before.objectId });
    assert.equal(now.objectId, before.objectId);
    await remove(before);
    assertEach(guests(), ({ id }) => id, [now.objectId]);
    await remove(now);
    assert.deepEqual(guests(), []);
  });

  it("the guest is kept if the change is reverted half way, and while one of two listed addresses remains", async () => {
    const before = await acceptedWithBoth();
    const now = await create({ ...marriedName, existingObjectId: before.objectId });
    await remove(now);
    assert.equal(guests().length, 1);
    await remove(before);
    assert.deepEqual(guests(), []);
  });

  it("an unknown new address creates another user before the old one is deleted", async () => {
    const before = await create(inputs);
    const now = await create(marriedName);
    assert.notEqual(now.objectId, before.objectId);
    await remove(before);
    assertEach(guests(), ({ mail }) => mail, [marriedName.email]);
  });

  it("the guest of a stack of the same name in another backend is neither adopted as own nor deleted", async () => {
    const production = await create(inputs);
    const other = await create({
      ...inputs,
      managedBy: "defender-mssp/contoso#fedcba9876543210",
      existingObjectId: production.objectId,
    });
    assert.equal(other.objectId, production.objectId);
    assert.equal(other.adopted, true);
    await remove(other);
    assert.equal(guests().length, 1);
    const again = await create({ ...inputs, existingObjectId: production.objectId });
    assert.equal(again.adopted, false, "its own stack still recognizes it");
  });

  it("a guest with a mark without a stack ID is neither adopted as own nor deleted", async () => {
    const id = addUser({
      mail: inputs.email,
      userType: "Guest",
      employeeType: "MSSP analyst, managed by Pulumi (defender-mssp/contoso; d91ad10e)",
    });
    const outs = await create({ ...inputs, existingObjectId: id });
    assert.deepEqual([outs.objectId, outs.adopted], [id, true]);
    await remove(outs);
    assert.ok(users().has(id));
  });

  for (const [what, properties] of [
    ["the analyst's address as mail", {}],
    ["a copied mark", { employeeType: `MSSP analyst, managed by Pulumi (${inputs.managedBy}; d91ad10e)` }],
    ["a copied name of an invitation", { displayName: `Ana (${inputs.managedBy})` }],
  ] as const) {
    it(`another company's guest with ${what} gets no access, and nothing is written`, async () => {
      const id = addUser({
        mail: inputs.email,
        userType: "Guest",
        userPrincipalName: "evil_adatum.example#EXT#@contoso.onmicrosoft.com",
        ...properties,
      });
      const before = structuredClone([...users()]);
      await assert.rejects(
        create(inputs),
        new RegExp(`object ID ${id}, principal name evil_adatum.example#EXT#@.*only by its object ID`),
      );
      assert.deepEqual([...users()], before);
    });
  }

  it("a guest that another stack has marked since is kept", async () => {
    const olds = await create(inputs);
    const foreign = "MSSP analyst, managed by Pulumi (defender-mssp/contoso#fedcba9876543210; 00000000)";
    users().get(olds.objectId)!["employeeType"] = foreign;
    const { outs } = await guestResource.update(olds.objectId, { ...olds }, { ...inputs, displayName: "A" }, context);
    assert.equal(outs.adopted, true);
    await remove(olds);
    assert.equal(users().get(olds.objectId)?.["employeeType"], foreign);
  });

  const otherAddresses: readonly (readonly [string, Record<string, string[]>])[] = [
    ["another mail", { otherMails: [inputs.email] }],
    ["a proxy address", { proxyAddresses: [`smtp:${inputs.email}`] }],
  ];
  for (const [how, address] of otherAddresses) {
    it(`a user with the analyst's address as ${how} gets no access`, async () => {
      const [member, guest] = [addUser({ ...address, userType: "Member" }), addUser({ ...address, userType: "Guest" })];
      const outs = await create(inputs);
      assert.ok(![member, guest].includes(outs.objectId));
      assert.equal(users().get(outs.objectId)?.["mail"], inputs.email);
    });
  }

  it("a member with the analyst's address is used only if the settings allow it, and is named", async () => {
    const id = addUser({ mail: inputs.email, userType: "Member" });
    await assert.rejects(
      create(inputs),
      /has a member, not a guest, with the address ana@mssp\.example: member "Mallory" .* setting adoptMembers/,
    );
    await assert.rejects(create({ ...inputs, existingObjectId: id }), /setting adoptMembers/);
    await assert.rejects(create({ ...inputs, adoptMember: true }), /gets the access only by its object ID/);
    const outs = await create({ ...inputs, adoptMember: true, existingObjectId: id });
    assert.deepEqual([outs.objectId, outs.adopted, outs.adoptedUser], [id, true, 'member "Mallory"']);
  });
});
