(defsymphony "Half and half" {:rebalance-frequency :daily}
  (weight-equal [
    (asset "SPY" nil)
    (aset "TLT" nil)
  ]))
