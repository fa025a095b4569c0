import * as microsoft from "@defender-mssp/microsoft";
import { allowedStateHashes, codeProblem, dynamicLogicName } from "../../domain/stateCode";
import { parseUrn } from "../../domain/urn";
import { VisibleError } from "@defender-mssp/errors";

type Properties = Record<string, unknown>;

type Context = Pick<microsoft.CallContext, "say">;

/** The methods of a Pulumi dynamic provider, which all logic in `@defender-mssp/microsoft` has. */
export interface DynamicLogic {
  check(olds: Properties, news: Properties): Promise<LogicChecked> | LogicChecked;
  diff(id: string, olds: Properties, news: Properties): Promise<LogicDifference> | LogicDifference;
  create(news: Properties, context: Context): Promise<{ id: string; outs?: Properties }>;
  read(
    id: string,
    props: Properties,
    context: Context,
  ): Promise<{ id?: string; props?: Properties; inputs?: Properties }>;
  update(id: string, olds: Properties, news: Properties, context: Context): Promise<{ outs?: Properties }>;
  delete(id: string, props: Properties, context: Context): Promise<void>;
}

export interface LogicChecked {
  readonly inputs?: Properties;
  readonly failures?: readonly { readonly property: string; readonly reason: string }[];
}

export interface LogicDifference {
  readonly changes?: boolean;
  readonly replaces?: readonly string[];
  readonly deleteBeforeReplace?: boolean;
}

/**
 * The logic that a resource's text stands for; undefined for a text that the operator allows.
 *
 * @throws VisibleError that names the resource and the hash of a text that is neither.
 */
export function dynamicLogic(
  urn: string,
  text: unknown,
  environment: Readonly<Record<string, string | undefined>>,
): DynamicLogic | undefined {
  const name = dynamicLogicName(parseUrn(urn).type, text);
  if (name !== undefined) return microsoft[name];
  const problem = codeProblem(urn, text, allowedStateHashes(environment));
  if (problem === undefined) return undefined;
  throw new VisibleError(problem);
}
