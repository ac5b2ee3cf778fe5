(defsymphony "Half and half" {:rebalance-frequency :daily}
  (weight-specified
    60 (asset "SPY" nil)
    40 (asset "TLT" nil)))
