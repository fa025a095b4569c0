import assert from "node:assert/strict";
import { checkedService, languageService, overloadChecks } from "../../src/parser/languageService";
import type { BridgeLanguage, BridgeSymbols } from "../../src/parser/bridgeLanguage";

describe("languageService: the overloads of the parser", () => {
  const { kusto } = languageService();

  for (const { name, holds } of overloadChecks) {
    it(`${name} makes what this package expects`, () => assert.equal(holds(kusto), true));
  }

  const altered = (symbols: Partial<Record<keyof BridgeSymbols, unknown>>): BridgeLanguage => ({
    ...kusto,
    Symbols: { ...kusto.Symbols, ...symbols } as BridgeSymbols,
    GlobalState: kusto.GlobalState,
    KustoCode: kusto.KustoCode,
    Syntax: kusto.Syntax,
  });

  it("another numbering of overloads is one error with the names", () => {
    const functions = { FunctionSymbol: { $ctor16: Date } };
    assert.throws(
      () => checkedService(altered(functions)),
      /12\.4\.1, which this package needs: FunctionSymbol\.\$ctor16, .*differ/,
    );
    assert.throws(() => checkedService(altered({ TableSymbol: {} })), /TableSymbol\.\$ctor4/);
  });
});
