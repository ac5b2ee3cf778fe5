(defsymphony "Half and half" {:rebalance-frequency :daily}
  (weight-specified
    1/2 (asset "SPY" nil)
    1/2 (asset "TLT" nil)))
