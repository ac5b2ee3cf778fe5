(defsymphony "Half and half" {:rebalance-frequency :daily}
  (group [(asset "SPY" nil)]))
