(defsymphony "Half and half" {:rebalance-frequency :daily}
  (buy-and-hold [(asset "SPY" nil)]))
