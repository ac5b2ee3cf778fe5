(defsymphony "Half and half" {:rebalance-frequency :daily}
  (weight-specified
    1.0 (asset "SPY" nil)
    -0.5 (asset "TLT" nil)))
