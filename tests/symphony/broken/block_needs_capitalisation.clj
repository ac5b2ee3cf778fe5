(defsymphony "Half and half" {:rebalance-frequency :daily}
  (weight-by-market-cap [(asset "SPY" nil)]))
