/**
 * For each promise of SECURITY.md and each test that it names, a change of the code that breaks the
 * promise. Data alone: no import, no computed value (`changedMutations.ts` reads earlier versions).
 */

export interface Mutation {
  /** A part of the promise's text in SECURITY.md that no other promise with this test has. */
  readonly promise: string;
  /** The test file that the promise names, from the top of the checkout. */
  readonly test: string;
  /** Part of the title of the cases to run. Default: all cases of the file. */
  readonly grep?: string;
  /** The file that is changed, from the top of the checkout. */
  readonly file: string;
  /** Text of the file that occurs once. */
  readonly before: string;
  /** What takes its place. It compiles. */
  readonly after: string;
}

export const mutations: readonly Mutation[] = [
  // The state file
  {
    promise: "the connector's client secret and the invitations' links only encrypted",
    test: "test/e2e/secrets.test.ts",
    file: "components/guests/guest.ts",
    before: 'additionalSecretOutputs: ["inviteRedeemUrl"]',
    after: "additionalSecretOutputs: []",
  },
  {
    promise: "secrets are never in plain text in the state",
    test: "test/e2e/secrets.test.ts",
    file: "components/siemConnector/credential.ts",
    before: "pulumi.secret(valueOfMade(current, current.value))",
    after: "pulumi.unsecret(valueOfMade(current, current.value))",
  },
  {
    promise: "the host of dynamic resources that `Pulumi.yaml` names evaluates none",
    test: "test/domain/stateCode.attack.process.test.ts",
    grep: "the host of dynamic resources refuses it at",
    file: "program/dynamicHost/logic.ts",
    before: "throw new VisibleError(problem);",
    after: "return undefined;",
  },
  {
    promise: "Code in the state is refused before it runs by every workflow, `npx mssp ci`",
    test: "test/domain/stateCode.attack.process.test.ts",
    grep: "a provider plugin with a download URL is refused",
    file: "domain/stateCode.ts",
    before: "azuread: /^(environment|tenantId|useMsi|version)$/",
    after: "azuread: /^(environment|pluginDownloadURL|tenantId|useMsi|version)$/",
  },
  {
    promise: "Without that line, or outside of the project's folder, the engine runs it",
    test: "test/domain/stateCode.attack.process.test.ts",
    grep: "without the line in Pulumi.yaml",
    file: "cli/stack/dynamicHost.ts",
    before: 'if (typeof named === "string" && isHost(',
    after: 'if (typeof named !== "string" || isHost(',
  },

  // A token of CI
  {
    promise: "which lives for minutes; nothing is stored",
    test: "test/templates/workflows.test.ts",
    grep: "no credential is stored",
    file: "templates/github/up-stacks.yml",
    before: "      ARM_CLIENT_ID: ${{ vars.MSSP_CLIENT_ID }}",
    after: "      ARM_CLIENT_ID: ${{ secrets.MSSP_CLIENT_ID }}",
  },
  {
    promise: "The workflows ask for it in this way",
    test: "test/templates/workflows.test.ts",
    grep: "a customer's tenant is changed only from main",
    file: "templates/github/preview-stacks.yml",
    before: "ARM_CLIENT_ID: ${{ vars.MSSP_PREVIEW_CLIENT_ID }}",
    after: "ARM_CLIENT_ID: ${{ vars.MSSP_CLIENT_ID }}",
  },
  {
    promise: "no value of a pull request in a script",
    test: "test/templates/workflows.test.ts",
    grep: "no script contains a value from a pull request",
    file: "templates/github/preview.yml",
    before: '--from "$BASE"',
    after: '--from "${{ github.event.pull_request.base.sha }}"',
  },
  {
    promise: "actions pinned by commit",
    test: "test/templates/workflows.test.ts",
    grep: "pins each action by its commit",
    file: "templates/github/preview.yml",
    before: "actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1",
    after: "actions/download-artifact@v8",
  },
  {
    promise: "`permissions: {}` unless said otherwise",
    test: "test/templates/workflows.test.ts",
    grep: "each job has only the permissions",
    file: "templates/github/drift.yml",
    before: "permissions: {}",
    after: "permissions: { contents: read }",
  },
  {
    promise: "no token that writes in a job with unreviewed code",
    test: "test/templates/workflows.test.ts",
    grep: "only merged code writes on GitHub",
    file: "templates/github/preview.yml",
    before: "          ref: ${{ github.event.pull_request.base.sha }}",
    after: "          ref: ${{ github.event.pull_request.head.sha }}",
  },
  {
    promise: "no identity for a fork",
    test: "test/templates/workflows.test.ts",
    grep: "pull requests of forks get no identity",
    file: "templates/github/preview.yml",
    before:
      "if: needs.stacks.outputs.any == 'true' && github.event.pull_request.head.repo.full_name == github.repository",
    after: "if: needs.stacks.outputs.any == 'true'",
  },
  {
    promise: "A preview only reads the state",
    test: "test/cli/ci/previewIdentity.attack.process.test.ts",
    grep: "`mssp ci preview`, also with --drift",
    file: "cli/ci/preview/runPreview.ts",
    before: '["preview", "--stack", stack, "--json",',
    after: '["up", "--yes", "--skip-preview", "--stack", stack, "--json",',
  },

  // The MSSP's automation identity
  {
    promise: "this list is all of them",
    test: "test/docs/grants.test.ts",
    file: "domain/writingPermissions.ts",
    before: 'graph("Policy.ReadWrite.CrossTenantAccess", {',
    after: 'graph("Policy.Read.All", {',
  },
  {
    promise: "Each model works with exactly the permissions that are asked for",
    test: "test/e2e/leastPrivilege.test.ts",
    grep: "basic: are enough",
    file: "domain/kinds/guest.ts",
    before: 'write: () => ["User.ReadWrite.All"]',
    after: "write: () => []",
  },
  {
    promise: "refuses access for anybody whom the settings do not name",
    test: "test/policy/extensionRecipients.attack.test.ts",
    file: "policy/rules/namedGuests.ts",
    before: "analyst.email === email?.toLowerCase()",
    after: "analyst.email !== email?.toUpperCase()",
  },
  {
    promise: "a rule judges each property that grants",
    test: "test/policy/grantingProperties.test.ts",
    file: "policy/rules/apiPermissions.ts",
    before: "[appRoleId, appRole].flatMap",
    after: "[appRoleId, appRole].slice(0, 1).flatMap",
  },
  {
    promise: "or the type is refused",
    test: "test/policy/declarableTypes.test.ts",
    file: "policy/declarableTypes.ts",
    before: '?? "undecided"',
    after: '?? "others"',
  },
  {
    promise: "The templates ask for it",
    test: "test/templates/workflows.test.ts",
    grep: "one job runs at a time for a stack",
    file: "templates/gitlab/gitlab-stacks.yml",
    before: "  when: manual\n  allow_failure: false",
    after: "  when: on_success\n  allow_failure: false",
  },
  {
    promise: "The nightly drift check shows what doesn't fit the settings",
    test: "test/e2e/drift.test.ts",
    grep: "a renamed guest is found",
    file: "packages/microsoft/src/providers/guest.ts",
    before: 'const displayName = state.adopted ? state.displayName : (user.displayName ?? "");',
    after: "const { displayName } = state;",
  },
  {
    promise: "to the stack's objects: credentials, owners, permissions, consents",
    test: "test/cli/tenant/additions/additions.attack.process.test.ts",
    grep: "each addition is drift with initiator",
    file: "cli/tenant/additions/application.ts",
    before: "list.filter((one) => !deployed.has(one.keyId))",
    after: 'list.filter((one) => !deployed.has(one.keyId) && one.keyId === "")',
  },

  // The SIEM's credential
  {
    promise: "With `credential: federated` there is nothing to take but the workload itself",
    test: "test/components/siemConnector/siemConnector.test.ts",
    grep: "federated: trusts the other identity provider, without a secret",
    file: "components/siemConnector/credential.ts",
    before: "      return federated(name, credential, context, parent);",
    after:
      "      new azuread.ApplicationPassword(`${name}-password`, { applicationId: context.applicationId }, { parent });\n" +
      "      return federated(name, credential, context, parent);",
  },
  {
    promise: "The application has no other permission",
    test: "test/components/siemConnector/siemConnector.test.ts",
    grep: "declares exactly registration",
    file: "components/siemConnector/customerApplication.ts",
    before: 'claimValues: ["Alert.Read"]',
    after: 'claimValues: ["Alert.Read", "Machine.Read"]',
  },
  {
    promise: "and a last day, after which the next `up` removes it",
    test: "test/e2e/connector.test.ts",
    grep: "that has ended: the next `up` removes what allows changes",
    file: "packages/microsoft/src/defender/connectorProfile.ts",
    before: "writesEndOn !== undefined && today > writesEndOn",
    after: 'writesEndOn !== undefined && today > writesEndOn.replace(/^\\d+/, "9999")',
  },
  {
    promise: "an existing one (`vaultId`) that does not is refused",
    test: "test/components/azure/existingVault.attack.test.ts",
    file: "components/azure/existingVault.ts",
    before: "if (enableRbacAuthorization === true) return;",
    after: "if (enableRbacAuthorization !== undefined) return;",
  },
  {
    promise: "A vault that the stack creates",
    test: "test/components/azure/credentialHandover.test.ts",
    file: "components/azure/credentialHandover.ts",
    before: "enableRbacAuthorization: true",
    after: "enableRbacAuthorization: false",
  },
  {
    promise: "the stack assigns one reader, whom the settings name, on the secret alone",
    test: "test/components/azure/credentialHandover.test.ts",
    grep: "assigns the reader",
    file: "components/azure/credentialHandover.ts",
    before: "scope: this.secret.id,",
    after: "scope: pulumi.interpolate`/subscriptions/${args.subscriptionId}`,",
  },
  {
    promise: "single-tenant application",
    test: "test/policy/rules/singleTenantApplications.test.ts",
    file: "policy/rules/singleTenantApplications.ts",
    before: 'audience === "AzureADMyOrg" ||',
    after: 'audience.startsWith("AzureAD") ||',
  },
  {
    promise: "without owners",
    test: "test/policy/rules/owners.test.ts",
    file: "policy/rules/owners.ts",
    before: "listed.includes(id.toLowerCase())",
    after: "listed.length === 0 || listed.includes(id.toLowerCase())",
  },
  {
    promise: "without a permission that writes beyond `connector.profile`",
    test: "test/policy/rules/apiPermissions.test.ts",
    file: "domain/guardrails/applications.ts",
    before: "if (permissionWrites(name ?? permission)) return",
    after: "if (!isAllowed && permissionWrites(name ?? permission)) return",
  },
  {
    promise: "A client secret ends after a year at most",
    test: "test/settings/connector.test.ts",
    file: "settings/connector.ts",
    before: "const longestSecret = 365;",
    after: "const longestSecret = 730;",
  },
  {
    promise: "not before a date that was announced for it",
    test: "test/components/siemConnector/secretPlan.attack.test.ts",
    file: "components/siemConnector/secretPlan.ts",
    before: "Math.max(madeOn + policy.overlapDays * day, ...announced)",
    after: "Math.max(madeOn + policy.overlapDays * day, ...announced.slice(0, 0))",
  },
  {
    promise: "A new certificate ends after a year at most",
    test: "test/components/siemConnector/longCertificate.test.ts",
    file: "domain/guardrails/applications.ts",
    before: "export const longestCertificateDays = 366;",
    after: "export const longestCertificateDays = 3660;",
  },
  {
    promise: "accepts one issuer, subject and audience",
    test: "test/policy/rules/federatedCredentials.test.ts",
    file: "policy/rules/federatedCredentials.ts",
    before: 'different("subject", knownText(subject), credential.subject)',
    after: 'different("subject", knownText(subject)?.toLowerCase(), credential.subject.toLowerCase())',
  },
  {
    promise: "The secret is `[secret]` in every output unless `--show-secrets`",
    test: "test/e2e/secrets.test.ts",
    file: "packages/siem/src/tokens/command.ts",
    before: "...(options.showSecrets === true ? { value: accessToken } : {})",
    after: "value: accessToken",
  },
  {
    promise: "`renewMadeBefore` is tested",
    test: "test/components/siemConnector/secretPlan.test.ts",
    file: "components/siemConnector/secretPlan.ts",
    before: "return limit <= now.getTime() && Date.parse(startsOn) < limit;",
    after: "return limit <= now.getTime() && Date.parse(startsOn) < limit - 1000 * day;",
  },

  // A log, a trace, a temporary file
  {
    promise: "in plain, base64, URL-encoded, escaped and hexadecimal form",
    test: "test/e2e/secrets.test.ts",
    file: "packages/siem/src/tokens/command.ts",
    before: "...(options.showSecrets === true ? { value: accessToken } : {})",
    after: 'value: Buffer.from(accessToken).toString("base64")',
  },
  {
    promise: "The test knows these places, and allows no other",
    test: "test/e2e/secrets.test.ts",
    file: "packages/siem/src/sinks/hec.ts",
    before: "        text,\n        token,\n",
    after: "        text,\n",
  },

  // An analyst's account
  {
    promise: "Removing the analyst from the settings and `up`, or the customer deleting the guest, ends the access",
    test: "test/e2e/guests.test.ts",
    file: "packages/microsoft/src/providers/guest.ts",
    before: "await deleteUser(call, id);",
    after: "await patchUser(call, id, { employeeType: null });",
  },
  {
    promise: "Removing the analyst from the settings and `up`, or the customer deleting the guest, ends the access",
    test: "test/e2e/portalAccess.test.ts",
    grep: "after the end of access the memberships are removed",
    file: "domain/memberships.ts",
    before: "end === undefined || today <= end",
    after: 'end === undefined || today <= end.replace(/^\\d+/, "9999")',
  },
  {
    promise: "find guests with the MSSP's addresses who are not on the list",
    test: "test/cli/tenant/additions/additions.attack.process.test.ts",
    grep: "each addition is drift with initiator",
    file: "cli/tenant/additions/guests.ts",
    before: ".filter((guest) => !guestAddresses(guest).some((address) => listed.includes(address)))",
    after: ".filter((guest) => guestAddresses(guest).some((address) => listed.includes(address)))",
  },
  {
    promise: "An existing user gets an analyst's access by mail or principal name only",
    test: "packages/microsoft/test/providers/guest.attack.test.ts",
    file: "packages/microsoft/src/providers/guest.ts",
    before: "users.find((user) => parseGuestMark(user.employeeType)?.owner === inputs.managedBy)",
    after: "users.find((user) => parseGuestMark(user.employeeType)?.owner !== inputs.managedBy)",
  },
  {
    promise: "everybody who is used is named before the first change",
    test: "test/e2e/guests.test.ts",
    grep: "an existing member stops `up` before the first change",
    file: "components/guests/adoptions.ts",
    before: "const refused = adoptMembers ? [] :",
    after: "const refused = !adoptMembers ? [] :",
  },
  {
    promise: "Nobody on the list is deleted because an address changed",
    test: "test/components/guests/guestAddress.attack.process.test.ts",
    grep: "a guest with both addresses keeps user and membership",
    file: "packages/microsoft/src/providers/guest.ts",
    before: "onlyUser(await findUsers(call, inputs.email), inputs) ?? (await ownByOtherAddress(call, inputs))",
    after: "onlyUser(await findUsers(call, inputs.email), inputs)",
  },

  // Another stack in the same tenant
  {
    promise: "takes, changes and deletes nothing of this one",
    test: "test/components/tenant/twoStacks.attack.process.test.ts",
    grep: "a stack of the same name in another backend",
    file: "components/mark.ts",
    before: "pulumi.interpolate`${stackName()}#${identity.stackId}`",
    after: "stackName()",
  },
  {
    promise: "Marks of version 0.1.0, which name no ID, are renewed by the next `up`",
    test: "test/components/formerMarks.attack.process.test.ts",
    grep: "the next `up` renews them in place",
    file: "packages/microsoft/src/providers/guest.ts",
    before: "renamed || olds.managedBy !== news.managedBy",
    after: "renamed",
  },
  {
    promise: "`--yes` deletes only what an interrupted operation of the same stack has left",
    test: "test/e2e/repair.test.ts",
    grep: "--yes changes no object without a mark",
    file: "cli/customer/doctor/repair.ts",
    before: 'evidence.owner === "thisStack" && interrupted && isSecret !== true',
    after: 'evidence.owner !== "another" && isSecret !== true',
  },
  {
    promise: "and never a secret",
    test: "test/e2e/repair.test.ts",
    grep: "and never a secret",
    file: "cli/customer/doctor/repair.ts",
    before: 'evidence.owner === "thisStack" && interrupted && isSecret !== true',
    after: 'evidence.owner === "thisStack" && (interrupted || isSecret === true)',
  },
  {
    promise: "only an object with the very description and the stack's ID in it",
    test: "packages/microsoft/test/graph/lostCreate.test.ts",
    file: "packages/microsoft/src/graph/lostCreate.ts",
    before: 'one["displayName"] === name && one["description"] === description && isIn(one, inputs)',
    after: 'one["displayName"] === name && isIn(one, inputs)',
  },
  {
    promise: "and nothing that the state names",
    test: "packages/microsoft/test/graph/lostCreate.test.ts",
    file: "packages/microsoft/src/graph/lostCreate.ts",
    before: '.filter((one) => !isKnown(text(one, "id")))\n        .map((one) => ({ path: path(text(one, "id")) }))',
    after: '.filter((one) => isKnown("") || true)\n        .map((one) => ({ path: path(text(one, "id")) }))',
  },

  // An alert, or a server that answers wrongly
  {
    promise: "Nothing of a tenant drives a terminal, a log line or a CEF field",
    test: "test/cli/terminalText.attack.test.ts",
    file: "packages/terminal/src/terminalText.ts",
    before: "const invisible = /\\p{C}|[\\p{Zl}\\p{Zp}]/gu;",
    after: "const invisible = /\\p{Cc}|[\\p{Zl}\\p{Zp}]/gu;",
  },
  {
    promise: "Nothing of a tenant drives a terminal, a log line or a CEF field",
    test: "packages/siem/test/alerts/fields.attack.test.ts",
    file: "packages/siem/src/sinks/cef.ts",
    before: '.replace(/\\n/g, "\\\\n")',
    after: "",
  },
  {
    promise: "delivers every alert that Microsoft Graph is documented or reported to have",
    test: "packages/siem/test/alerts/complete.attack.test.ts",
    file: "packages/siem/src/pull/graphList.ts",
    before: "isComplete: !page.hasMore && isShort }",
    after: "isComplete: !page.hasMore && (isShort || length > 0) }",
  },
  {
    promise: "sends its token to no other host",
    test: "packages/siem/test/alerts/complete.attack.test.ts",
    grep: "no other host is called",
    file: "packages/microsoft/src/defender/readAlerts.ts",
    before: "const url = `${endpoints.graphEndpoint}${next ?? queryOf(options)}`;",
    after: "const url = next ?? `${endpoints.graphEndpoint}${queryOf(options)}`;",
  },
  {
    promise: "Its checkpoint is never ahead of the file or of the collector's answer",
    test: "packages/siem/test/alerts/delivery.attack.test.ts",
    grep: "file: synchronized with the disk before the checkpoint moves",
    file: "packages/siem/src/pull/pull.ts",
    before: "    await sink.flush?.();\n    await writeCheckpoint(",
    after: "    await writeCheckpoint(",
  },
  {
    promise: "Its checkpoint is never ahead of the file or of the collector's answer",
    test: "packages/siem/test/alerts/delivery.attack.test.ts",
    grep: "counts as not delivered",
    file: "packages/siem/src/sinks/hec.ts",
    before: "if (answer.status !== 413) checkCode(answer);",
    after: "if (answer.status > 413) checkCode(answer);",
  },
  {
    promise: "Its checkpoint is never ahead of the file or of the collector's answer",
    test: "packages/siem/test/alerts/fullFile.attack.process.test.ts",
    file: "packages/siem/src/pull/pull.ts",
    before: "    if (fresh.length > 0) await this.#deliver(fresh);\n    this.#moveTo(after, fresh);",
    after: "    this.#moveTo(after, fresh);\n    if (fresh.length > 0) await this.#deliver(fresh);",
  },

  // A pull request, a settings file
  {
    promise: "Settings are checked",
    test: "test/settings/settings.test.ts",
    file: "settings/index.ts",
    before: "const problems = (parsed.error?.issues ?? []).flatMap(",
    after: "const problems = (parsed.error?.issues ?? []).slice(0, 1).flatMap(",
  },
  {
    promise: "before anything is called",
    test: "test/e2e/badInput.test.ts",
    grep: "several wrong settings",
    file: "index.ts",
    before: "  const asked = parseSettings(",
    after: '  await discoverEndpoints(process.env, { cloud: "public" });\n  const asked = parseSettings(',
  },
  {
    promise: "Names from them are text in a comment and nothing else",
    test: "test/cli/ci/comment.test.ts",
    file: "cli/base/markdown.ts",
    before: "/[\\p{L}\\p{N} ,\"'=;?+%-]/u",
    after: "/[\\p{L}\\p{N} ,\"'=;?+%@-]/u",
  },
  {
    promise: "In a query and in the path of an address they are escaped",
    test: "test/names.test.ts",
    grep: "name of a customer in a filter",
    file: "packages/microsoft/src/graph/call.ts",
    before: "eq '${value.replaceAll(\"'\", \"''\")}'`",
    after: "eq '${value}'`",
  },
  {
    promise: "in the path of an address they are escaped",
    test: "test/names.test.ts",
    grep: "name of a notification rule in a path",
    file: "packages/microsoft/src/http.ts",
    before: "return encodeURIComponent(name);",
    after: "return encodeURI(name);",
  },
  {
    promise: "a name that becomes a file is one segment",
    test: "test/names.test.ts",
    grep: "name of a stack in a path",
    file: "cli/stack/stackNames.ts",
    before: "if (isStackName(name)) return name;",
    after: 'if (isStackName(name.replaceAll("/", ""))) return name;',
  },
  {
    promise: "no program is started by a shell",
    test: "test/names.test.ts",
    grep: "no program is started by a shell",
    file: "cli/stack/pulumi.ts",
    before: 'await execa(engine, [...args, "--non-interactive"], {',
    after: 'await execa(engine, [...args, "--non-interactive"], { shell: true,',
  },
  {
    promise: "a command that is printed to be copied has them quoted",
    test: "test/names.test.ts",
    grep: "name in a command that a person copies",
    file: "cli/tenant/additions/addition.ts",
    before: "return `'${text.replaceAll(\"'\", `'\\\\''`)}'`;",
    after: "return `'${text}'`;",
  },
  {
    promise: "They begin no line of a log that CI takes for a command",
    test: "test/settings/settings.test.ts",
    file: "settings/problems.ts",
    before: '.replaceAll(/##(?=\\[|vso\\[)/g, "#\\\\u{23}")',
    after: "",
  },
  {
    promise: "that is what the review, the preview's comment, the policy pack",
    test: "test/e2e/policy.test.ts",
    grep: "a guest that a rule refuses is not invited",
    file: "policy/rule.ts",
    before: "    enforcementLevel: level,",
    after: '    enforcementLevel: level === "mandatory" ? "advisory" : level,',
  },

  // The engine's download, a package
  {
    promise: "another file is refused before anything of it runs",
    test: "packages/engine/test/engineArchive.attack.process.test.ts",
    grep: "an archive with another digest than the pinned one",
    file: "packages/engine/src/checksums.ts",
    before: "if (found === digest.hex) return;",
    after: "if (found.length === digest.hex.length) return;",
  },
  {
    promise: "npm's packages have exact versions and hashes in the lockfile",
    test: "test/dev/dependencies/findings.test.ts",
    file: "dev/dependencies/findings.ts",
    before: "entry.integrity === undefined ?",
    after: 'entry.integrity === "" ?',
  },
  {
    promise: "CI runs no install script",
    test: "test/dev/dependencies/installScripts.test.ts",
    file: ".ci/run",
    before: "\nnpm ci --ignore-scripts\n",
    after: "\nnpm ci\n",
  },
  {
    promise: "`npm run check:dependencies` writes an SBOM and fails without a hash",
    test: "test/dev/dependencies/sbom.test.ts",
    file: "dev/dependencies/sbom.ts",
    before: "hashes.length === 0 &&",
    after: "hashes.length < 0 &&",
  },
];
