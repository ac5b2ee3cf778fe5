(defsymphony "Half and half" {:rebalance-frequency :daily}
  (weight-specified
    (asset "SPY" nil) 0.6
    (asset "TLT" nil) 0.4))
