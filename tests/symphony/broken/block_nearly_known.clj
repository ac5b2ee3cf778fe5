(defsymphony "Half and half" {:rebalance-frequency :daily}
  (weight-equel [(asset "SPY" nil)]))
