/** Rules for the tests of this package. */
import { parseRule, type DetectionRuleFile } from "@defender-mssp/detections";
import assert from "node:assert/strict";

export const encodedPowerShell = `displayName: Encoded PowerShell from Office
description: Phishing payload
status: enabled
queryText: |
  DeviceProcessEvents
  | where InitiatingProcessFileName in~ ('winword.exe', 'excel.exe')
  | where FileName =~ 'powershell.exe' and ProcessCommandLine has '-enc'
  | project Timestamp, ReportId, DeviceId, DeviceName, AccountSid, AccountName, AccountDomain, ProcessCommandLine
schedule:
  frequency: PT1H
alertTemplate:
  title: Encoded PowerShell on {{DeviceName}}
  description: "{{AccountName}} ran it."
  severity: high
  recommendedActions: Isolate the device.
  tactics:
    - tactic: Execution
      techniques:
        - technique: T1059
          subTechniques: [T1059.001]
  customDetails:
    CommandLine: ProcessCommandLine
  entityMappings:
    hosts:
      - deviceIdColumn: DeviceId
        nameColumn: DeviceName
    accounts:
      - sidColumn: AccountSid
        nameColumn: AccountName
        ntDomainColumn: AccountDomain
automatedActions:
  isolateDevices:
    - deviceIdColumn: DeviceId
      isolationType: full
  disableUsers:
    - accountSidColumn: AccountSid
`;

export const rulePlace = {
  name: "office-encoded-powershell",
  set: "office",
  file: "detections/office/office-encoded-powershell.yaml",
};

/** @param change of the text of `encodedPowerShell`. */
export function ruleFrom(change: (text: string) => string = (text) => text): DetectionRuleFile {
  const { rule, problems } = parseRule(change(encodedPowerShell), rulePlace);
  assert.deepEqual(
    problems.filter(({ level }) => level === "error"),
    [],
  );
  assert.ok(rule !== undefined);
  return rule;
}
