(defsymphony "Half and half" {:rebalance-frequency :daily}
  (weight-specified
    0.6 (asset "SPY" nil)
    0.4))
