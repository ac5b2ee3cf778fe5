(defsymphony "Half and half" {:rebalance-frequency :daily}
  (weight-equal [
    (asset "SPY)
    (asset "TLT")
    (asset "IEF")]))
